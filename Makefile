# SPDX-License-Identifier: BSD-2-Clause
#
# One makefile for everything, out of tree: B=build. V=1 shows the commands,
# SAN=1 builds with AddressSanitizer and UndefinedBehaviorSanitizer into a
# folder of its own. `make help` lists the targets.

SAN ?=
B ?= build$(if $(SAN),/san)
CC ?= gcc
CLANG ?= clang
CLANG_FORMAT ?= clang-format
BPFTOOL ?= $(firstword $(wildcard /usr/sbin/bpftool) bpftool)
LLVM_STRIP ?= llvm-strip
PKG_CONFIG ?= pkg-config
PYTHON ?= /usr/bin/python3
PREFIX ?= /usr/local
DESTDIR ?=

VERSION := 0.1.0

Q := $(if $(V),,@)
say = $(if $(V),,@printf '  %-8s %s\n' '$(1)' '$(2)')

.DEFAULT_GOAL := all
.DELETE_ON_ERROR:
.SUFFIXES:

# ------------------------------------------------------------- the rooms
# In the order of the data's way; a room links only those listed before it.

ROOMS := core bgp rib nexthop steering datapath control

core_SRC := address.c log.c
bgp_SRC :=
rib_SRC :=
nexthop_SRC :=
steering_SRC :=
datapath_SRC :=
control_SRC :=
CTL_SRC :=

# tests/unit/ROOM/test_NAME.c, without root; tests/xdp/test_NAME.c, with root.
UNIT_TESTS :=
XDP_TESTS :=
FUZZ_TARGETS :=

# ------------------------------------------------------------- flags

PACKAGES := libbpf libelf zlib libevent_core libmnl json-c
WARNINGS := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Werror
INCLUDES := -Iagent -Iinclude -Ibpf -I$(B)
CFLAGS ?= -O2 -g
SANITIZE := $(if $(SAN),-fsanitize=address$(comma)undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer)
comma := ,
ALL_CFLAGS = -std=gnu11 -D_GNU_SOURCE -DHEADGATE_VERSION='"$(VERSION)"' $(WARNINGS) \
	$(INCLUDES) $(CFLAGS) $(SANITIZE) $(shell $(PKG_CONFIG) --cflags $(PACKAGES))
LIBS = $(shell $(PKG_CONFIG) --libs $(PACKAGES))
TEST_LIBS = $(LIBS) $(shell $(PKG_CONFIG) --libs cmocka)
MULTIARCH = $(shell $(CC) -print-multiarch)
BPF_CFLAGS := -std=gnu11 -g -O2 -target bpf -mcpu=v3 -Wall -Wextra -Wshadow -Werror -Iinclude

# ------------------------------------------------------------- build

all: $(B)/headgate $(B)/headgatectl

define room_rules
$(1)_OBJ := $$(addprefix $(B)/agent/$(1)/,$$($(1)_SRC:.c=.o))
$(B)/$(1).a: $$($(1)_OBJ)
	$$(call say,AR,$$@)
	$$(Q)rm -f $$@ && ar rcs $$@ $$^
endef
$(foreach room,$(ROOMS),$(eval $(call room_rules,$(room))))

# The archives a room needs, itself first: $(call rooms_up_to,rib).
reverse = $(if $(1),$(call reverse,$(wordlist 2,$(words $(1)),$(1))) $(firstword $(1)))
rooms_up_to = $(call reverse,$(call until,$(1),$(ROOMS)))
until = $(firstword $(2)) $(if $(filter $(1),$(firstword $(2))),,$(call until,$(1),$(wordlist 2,$(words $(2)),$(2))))
archives_up_to = $(patsubst %,$(B)/%.a,$(call rooms_up_to,$(1)))

ROOM_ARCHIVES := $(patsubst %,$(B)/%.a,$(call reverse,$(ROOMS)))

$(B)/headgate: $(B)/agent/main.o $(ROOM_ARCHIVES)
	$(call say,LINK,$@)
	$(Q)$(CC) $(ALL_CFLAGS) $(LDFLAGS) -o $@ $^ $(LIBS)

CTL_OBJ := $(addprefix $(B)/tools/,$(CTL_SRC:.c=.o))
$(B)/headgatectl: $(CTL_OBJ)
	$(call say,LINK,$@)
	$(Q)$(CC) $(ALL_CFLAGS) $(LDFLAGS) -o $@ $^ $(LIBS)

$(B)/%.o: %.c
	$(call say,CC,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

$(B)/bpf/headgate.bpf.o: bpf/headgate.bpf.c
	$(call say,BPF,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CLANG) $(BPF_CFLAGS) -I/usr/include/$(MULTIARCH) -MMD -MP -c -o $@ $<
	$(Q)$(LLVM_STRIP) -g $@

$(B)/bpf/headgate.skel.h: $(B)/bpf/headgate.bpf.o
	$(call say,SKEL,$@)
	$(Q)$(BPFTOOL) gen skeleton $< name headgate > $@

$(datapath_OBJ): $(B)/bpf/headgate.skel.h

# ------------------------------------------------------------- tests

UNIT_BINS := $(addprefix $(B)/tests/unit/,$(UNIT_TESTS))
XDP_BINS := $(addprefix $(B)/tests/xdp/,$(XDP_TESTS))

define unit_rule
$(B)/tests/unit/$(1): $(B)/tests/unit/$(1).o $(call archives_up_to,$(patsubst %/,%,$(dir $(1))))
	$$(call say,LINK,$$@)
	$$(Q)$$(CC) $$(ALL_CFLAGS) $$(LDFLAGS) -o $$@ $$^ $$(TEST_LIBS) -lm
endef
$(foreach test,$(UNIT_TESTS),$(eval $(call unit_rule,$(test))))

$(XDP_BINS): %: %.o $(call archives_up_to,datapath)
	$(call say,LINK,$@)
	$(Q)$(CC) $(ALL_CFLAGS) $(LDFLAGS) -o $@ $^ $(TEST_LIBS)

$(XDP_BINS:=.o): $(B)/bpf/headgate.skel.h

-include $(shell find $(B) -name '*.d' 2>/dev/null)
