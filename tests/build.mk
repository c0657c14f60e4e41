# SPDX-License-Identifier: BSD-2-Clause
# Each test folder brings its own targets.

include $(wildcard tests/*/build.mk)
