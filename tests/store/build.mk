# The store's tests: the daemon's own files under ASan and UBSan, then the real programs.

TS := $(B)/tests/store
TS_SRC    := $(filter-out %/main.c,$(wildcard xenstore-lite/daemon/*.c))
TS_CFLAGS := $(HOST_CFLAGS) $(SANITIZE) -Ixenstore-lite/include -Ixenstore-lite/daemon -Itests/store \
	-iquote hypervisor/include
TS_OBJ := $(patsubst %.c,$(TS)/%.o,$(TS_SRC) $(wildcard tests/store/*.c))

CHECKS      += store
FULL_CHECKS += store-long store-debian fuzz-store
LINT_C      += $(wildcard tests/store/*.c tests/store/lib/*.c)

$(TS)/%.o: %.c
	@mkdir -p $(@D)
	$(call say,CC,$@)
	$(Q)$(CC) $(TS_CFLAGS) -c -o $@ $<

$(TS)/store-tests: $(TS_OBJ)
	$(call say,LINK,$@)
	$(Q)$(CC) $(SANITIZE) -o $@ $^ -lcunit

$(TS)/xs-test: tests/store/lib/xs_test.c $(XS)/libxenstore.so $(XS_HEADERS)
	@mkdir -p $(@D)
	$(call say,LINK,$@)
	$(Q)$(CC) $(HOST_CFLAGS) -Ixenstore-lite/include -o $@ $< -L$(XS) -lxenstore -lpthread

.PHONY: check-store check-store-long
check-store: $(TS)/store-tests $(TS)/xs-test $(XS)/xenstored $(XS)/xenstore $(XS)/libxenstore.so ## store: unit, model, advisories, programs
	@tests/store/run $(TS)/store-tests $(TS)/xs-test $(XS)

check-store-long: $(TS)/store-tests ## store: a million steps against the model
	@STORE_STEPS=1000000 $(TS)/store-tests

-include $(TS_OBJ:.o=.d)

# libFuzzer on what guests and a damaged log can feed the daemon.
TSF := $(B)/tests/fuzz/store
FUZZ_SECONDS ?= 20

$(TSF)/%: tests/fuzz/store_%.c tests/store/harness.c tests/store/fake_xen.c $(TS_SRC)
	@mkdir -p $(@D)
	$(call say,CC,$@)
	$(Q)clang $(filter-out -MMD -MP,$(HOST_CFLAGS)) -fsanitize=fuzzer,address,undefined \
		-fno-sanitize-recover=all -Ixenstore-lite/include -Ixenstore-lite/daemon \
		-Itests/store -iquote hypervisor/include -o $@ $^ -lcunit

.PHONY: check-fuzz-store
check-fuzz-store: $(TSF)/wire $(TSF)/ring $(TSF)/state ## store: FUZZ_SECONDS each of fuzzing the wire, a ring, the log
	@tests/store/fuzz $(TSF) tests/fuzz/store-corpus $(FUZZ_SECONDS)

$(TS)/store-bench: tests/store/bench/bench.c $(XS_HEADERS)
	@mkdir -p $(@D)
	$(call say,LINK,$@)
	$(Q)$(CC) $(HOST_CFLAGS) -static -Ixenstore-lite/include -o $@ $< -luring

.PHONY: bench-store
bench-store: $(TS)/store-bench $(XS)/xenstored ## figures of the store daemon, held to their targets
	@tests/store/bench/run $(TS)/store-bench $(XS) $(B)/bench/store.json

# Against Debian's two daemons, in one service domain; HV=xen: with Xen under it.
.PHONY: bench-store-dom0 check-store-debian
check-store-debian: $(DEBIAN)/packages $(XS)/xenstored $(XS)/libxenstore.so ## store: Debian's unmodified tools on this daemon and library
	@tests/store/debian $(DEBIAN)/usr/bin/xenstore $(XS)

bench-store-dom0: $(TS)/store-bench $(DEBIAN)/packages $(BOOT_DEPS) ## store daemon against Debian's C and OCaml ones, in one service domain
	@BUILD=$(B) tests/store/bench/dom0 $(HV) $(TS)/store-bench $(XS)/xenstored $(DEBIAN) $(B)/bench/store-dom0.json
