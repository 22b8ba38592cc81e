# SPDX-License-Identifier: GPL-2.0
# tcopy: two kernel modules, one tool, and the lab that proves them.
# `make help` says what there is and where the results land.

VERSION := 0.1.0

MAKEFLAGS += --no-print-directory
SHELL     := /bin/bash
.SHELLFLAGS := -o pipefail -c
.DEFAULT_GOAL := all

# The newest installed kernel of a series that has headers: $(call newest,6.1)
newest = $(lastword $(shell ls -d /lib/modules/$(1)[.-]*/build 2>/dev/null | sort -V))

# KDIR= names the headers to build against, as /lib/modules/VERSION/build. Without it:
# the kernels of the matrix that are installed, or else the one that is running.
MATRIX := 6.1 6.12
ifdef KDIR
KDIRS := $(KDIR)
else
KDIRS := $(foreach k,$(MATRIX),$(call newest,$(k)))
ifeq ($(strip $(KDIRS)),)
KDIRS := $(wildcard /lib/modules/$(shell uname -r)/build)
endif
endif

# The version that a headers directory builds for (as `uname -r` will say it).
kver = $(or $(shell sed -n 's/.*UTS_RELEASE "\(.*\)".*/\1/p' $(1)/include/generated/utsrelease.h 2>/dev/null),$(error $(1) is no prepared kernel build directory))
# What kbuild must be told of one: the kasan kernel is User Mode Linux.
arch = $(if $(shell grep -s '^CONFIG_UML=y' $(1)/.config),ARCH=um)
MODULES_OF := $(KDIRS:%=modules@%)
SPARSE_OF  := $(KDIRS:%=sparse@%)

DESTDIR    ?=
PREFIX     ?= /usr
SBINDIR    ?= $(PREFIX)/sbin
INCLUDEDIR ?= $(PREFIX)/include
DKMSDIR    ?= /usr/src/tcopy-$(VERSION)
DATADIR    ?= $(PREFIX)/share
MANDIR     ?= $(DATADIR)/man
BASHDIR    ?= $(DATADIR)/bash-completion/completions
ZSHDIR     ?= $(DATADIR)/zsh/site-functions
FISHDIR    ?= $(DATADIR)/fish/vendor_completions.d
SPECDIR    ?= $(DATADIR)/doc/tcopyctl/netlink
EXAMPLEDIR ?= $(DATADIR)/doc/tcopyctl/examples
UNITDIR    ?= $(PREFIX)/lib/systemd/system

.PHONY: all modules tools check check-all demo lint lint-all sparse unit sim fuzz mutants \
	bench bench-quick setup install install-tool install-dkms uninstall deb rpm clean help

all: modules tools ## both modules for every kernel of the matrix (or KDIR=), and tcopyctl

# kbuild of 6.1 writes next to the sources, so each kernel builds in a copy of its own.
# Only files that differ are copied: an incremental build stays one.
define sync
	@mkdir -p build/$(1)
	@find kmod include -type f ! -name '.*' | while read -r f; do \
		cmp -s "$$f" "build/$(1)/$$f" || install -D -m 644 "$$f" "build/$(1)/$$f" || exit 1; \
	done
	@cd build/$(1) && find kmod include -type f \( -name '*.[ch]' -o -name 'Kbuild*' -o -name 'Makefile*' \) \
		! -name '*.mod.c' ! -name '.*' | while read -r f; do \
		[ -e "../../$$f" ] || rm -f "$$f" "$${f%.c}.o"; \
	done
endef

modules: $(MODULES_OF) ## build/KVER/kmod/tcopy.ko and tcopy_intercept.ko
	@[ -n "$(KDIRS)" ] || { echo "no kernel headers: install them, or name them with KDIR="; exit 1; }

$(MODULES_OF): modules@%:
	$(call sync,$(call kver,$*))
	$(MAKE) -C $* $(call arch,$*) M=$(CURDIR)/build/$(call kver,$*)/kmod W=1 modules

sparse: $(SPARSE_OF) ## sparse with endian checks over both modules; any word from it fails

$(SPARSE_OF): sparse@%:
	@tests/lint/sparse $* $(CURDIR)/build/$(call kver,$*)/sparse

tools: ## build/tcopyctl
	@mkdir -p build
	$(MAKE) -C tools/tcopyctl OUT=$(CURDIR)/build VERSION=$(VERSION)

setup: ## install the packages that building and testing need (apt-get)
	@tests/setup.sh

lint: ## what can be said of the sources without running them (docs/testing.md)
	@tests/lint/run --quick

lint-all: ## lint, and what takes minutes of it: clang, coccinelle
	@tests/lint/run

# The parts of the test suite that need no kernel; each has a home of its own.
unit sim fuzz:
	@if [ -e tests/$@/Makefile ]; then $(MAKE) -C tests/$@ BUILD=$(CURDIR)/build/$@ $@; \
	else echo "tests/$@ does not exist yet"; fi

mutants: ## planted bugs, each must turn its test red; ONLY=name for one
	@tests/mutants/run $(ONLY)

check: ## all that fits into an hour: lint, unit, sim, mutants, both kernels booted
	@tests/check

check-all: ## check, every test for both families, two VMs, kernels with KASAN and lockdep, mutants that need a VM
	@tests/check all

demo: ## live nginx traffic copied end to end in a booted kernel; ends by saying what was copied
	@tests/demo

bench: modules tools ## what copying costs, in instructions: three runs under icount, and all else that has a goal (an hour)
	@tests/setup.sh bench
	@rm -f build/bench/latest.json
	@bench/run
	@for b in count latency upload relay scale; do echo; bench/$$b || exit 1; done
	@echo; bench/goals.py build/bench/latest.json

bench-quick: modules tools ## the same, one run of the rows that matter most (ten minutes)
	@tests/setup.sh bench
	@bench/run -r 1 none dup intercept direct

install-tool: tools ## of install: tcopyctl, its manual, completion and units, uapi headers, netlink specs
	install -D -m 755 build/tcopyctl $(DESTDIR)$(SBINDIR)/tcopyctl
	for h in include/uapi/linux/*.h; do install -D -m 644 $$h $(DESTDIR)$(INCLUDEDIR)/linux/$${h##*/} || exit 1; done
	for m in docs/man/*.[78]; do install -D -m 644 $$m $(DESTDIR)$(MANDIR)/man$${m##*.}/$${m##*/} || exit 1; done
	for s in docs/netlink/*.yaml; do install -D -m 644 $$s $(DESTDIR)$(SPECDIR)/$${s##*/} || exit 1; done
	for e in modules-load.d/tcopy.conf modprobe.d/tcopy.conf wireshark/tcopy.lua grafana/tcopy.json; do install -D -m 644 packaging/$$e $(DESTDIR)$(EXAMPLEDIR)/$$e || exit 1; done
	@mkdir -p $(DESTDIR)$(UNITDIR)
	for u in packaging/systemd/*; do sed 's|/usr/sbin/|$(SBINDIR)/|' $$u >$(DESTDIR)$(UNITDIR)/$${u##*/} || exit 1; done
	install -D -m 644 tools/completion/tcopyctl.bash $(DESTDIR)$(BASHDIR)/tcopyctl
	install -D -m 644 tools/completion/_tcopyctl $(DESTDIR)$(ZSHDIR)/_tcopyctl
	install -D -m 644 tools/completion/tcopyctl.fish $(DESTDIR)$(FISHDIR)/tcopyctl.fish

install-dkms: ## of install: sources of both modules, for dkms
	rm -rf $(DESTDIR)$(DKMSDIR)
	find kmod include LICENSE -type f ! -name '.*' -exec install -D -m 644 {} $(DESTDIR)$(DKMSDIR)/{} \;
	sed 's/@VERSION@/$(VERSION)/' dkms.conf > $(DESTDIR)$(DKMSDIR)/dkms.conf

install: install-tool install-dkms ## all of these, and modules for KDIR= or the running kernel
	@k="$(or $(KDIR),$(wildcard /lib/modules/$(shell uname -r)/build))"; \
	if [ -z "$$k" ]; then echo "no headers of the running kernel: no module installed (name some with KDIR=, or use dkms)"; exit 0; fi; \
	$(MAKE) modules KDIR="$$k" && v=$$($(MAKE) -s print-kver KDIR="$$k") || exit 1; \
	for m in tcopy tcopy_intercept; do \
		install -D -m 644 build/$$v/kmod/$$m.ko $(DESTDIR)/lib/modules/$$v/updates/$$m.ko || exit 1; \
	done; \
	[ -n "$(DESTDIR)" ] || depmod "$$v"

uninstall: ## what install put there
	rm -f $(DESTDIR)$(SBINDIR)/tcopyctl $(DESTDIR)$(INCLUDEDIR)/linux/tcopy.h $(DESTDIR)$(INCLUDEDIR)/linux/tcopy_intercept.h
	rm -f $(DESTDIR)$(MANDIR)/man8/tcopyctl.8 $(DESTDIR)$(MANDIR)/man7/tcopy.7
	rm -f $(DESTDIR)$(BASHDIR)/tcopyctl $(DESTDIR)$(ZSHDIR)/_tcopyctl $(DESTDIR)$(FISHDIR)/tcopyctl.fish
	rm -rf $(DESTDIR)$(SPECDIR) $(DESTDIR)$(EXAMPLEDIR)
	for u in packaging/systemd/*; do rm -f $(DESTDIR)$(UNITDIR)/$${u##*/}; done
	rmdir --ignore-fail-on-non-empty $(DESTDIR)$(DATADIR)/doc/tcopyctl 2>/dev/null || true
	rm -rf $(DESTDIR)$(DKMSDIR)
	rm -f $(DESTDIR)/lib/modules/*/updates/tcopy.ko $(DESTDIR)/lib/modules/*/updates/tcopy_intercept.ko
	@[ -n "$(DESTDIR)" ] || depmod -a

deb: ## Debian packages tcopy-dkms and tcopyctl, in build/deb
	@packaging/deb $(VERSION)

rpm: ## RPM packages of the same, in build/rpm
	@packaging/rpm/build $(VERSION)

clean: ## remove build/
	rm -rf build

help: ## this text
	@echo "tcopy $(VERSION): make TARGET [KDIR=/lib/modules/VERSION/build]"
	@sed -n 's/^\([a-z-]*\):[^#]*## \(.*\)/  \1\t\2/p' $(MAKEFILE_LIST) | expand -t 16
	@echo "  unit sim      the pure files under ASan and UBSan; the simulator"
	@echo
	@echo "Results: build/KVER/kmod/tcopy.ko, build/KVER/kmod/tcopy_intercept.ko, build/tcopyctl; logs in build/logs/."
	@echo "Kernels: $(foreach k,$(KDIRS),$(call kver,$(k)))"

# for tests/check
.PHONY: print-kdirs
print-kdirs:
	@echo $(KDIRS)

# for install: Debian's headers say another one in include/config/kernel.release
.PHONY: print-kver
print-kver:
	@echo $(call kver,$(KDIR))
