/* SPDX-License-Identifier: BSD-2-Clause */
/* States that the two ends of a device publish as "state" in the store, in decimal. */
#ifndef PV_PUBLIC_IO_XENBUS_H
#define PV_PUBLIC_IO_XENBUS_H

#define PV_XENBUS_STATE_UNKNOWN	      0
#define PV_XENBUS_STATE_INITIALISING  1
#define PV_XENBUS_STATE_INITWAIT      2 /* backend: has published what it can do */
#define PV_XENBUS_STATE_INITIALISED   3 /* frontend: has published rings and port */
#define PV_XENBUS_STATE_CONNECTED     4
#define PV_XENBUS_STATE_CLOSING	      5
#define PV_XENBUS_STATE_CLOSED	      6
#define PV_XENBUS_STATE_RECONFIGURING 7
#define PV_XENBUS_STATE_RECONFIGURED  8

#endif
