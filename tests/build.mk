# SPDX-License-Identifier: BSD-2-Clause
# Each test folder brings its own targets.

include $(wildcard tests/*/build.mk)

# The other compiler: everything built with it into a folder of its own, and the
# tests that do not depend on who drives them run again.
CLANG_CHECKS := unit guest tools backends store

.PHONY: check-clang
check-clang: ## build all of it with clang, and test that
	@$(MAKE) --no-print-directory CC=clang B=build/clang CHECKS="$(CLANG_CHECKS)" check

FULL_CHECKS += clang
