/* SPDX-License-Identifier: BSD-2-Clause */
/* What the trial's guest and its back-end send through the console page. */
#ifndef TRIAL_MESSAGE_H
#define TRIAL_MESSAGE_H

#include <stdint.h>

#define TRIAL_WARM_UP  200
#define TRIAL_REQUESTS 2000u

enum trial_kind {
	TRIAL_REQUEST, /* to be answered */
	TRIAL_BEGIN,   /* answered; what follows is measured */
	TRIAL_END,     /* answered with nothing; `value` is the guest's time, ns */
};

struct trial_message {
	uint32_t kind;
	uint32_t number;
	uint64_t value;
};

#endif
