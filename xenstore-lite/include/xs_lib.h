/* SPDX-License-Identifier: BSD-2-Clause */
/* Old name of xenstore_lib.h. */
#include "xenstore_lib.h"
