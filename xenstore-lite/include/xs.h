/* SPDX-License-Identifier: BSD-2-Clause */
/* Old name of xenstore.h. */
#include "xenstore.h"
