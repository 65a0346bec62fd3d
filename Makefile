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

comma := ,
Q := $(if $(V),,@)
say = $(if $(V),,@printf '  %-8s %s\n' '$(1)' '$(2)')

.DEFAULT_GOAL := all
.DELETE_ON_ERROR:
.SUFFIXES:

# ------------------------------------------------------------- the rooms
# In the order of the data's way; a room links only those listed before it.

ROOMS := core bgp rib nexthop steering datapath control

core_SRC := address.c hex.c config.c config_check.c config_file.c config_neighbor.c config_neighbor_keys.c config_parser.c config_print.c \
	config_table.c config_values.c log.c \
	pool.c prefix_map.c secret.c slot_table.c suggest.c
core_SRC += config_aggregate.c config_confederation.c config_keys.c config_path.c config_vip.c
core_SRC += config_rule.c config_rule_community.c config_rule_head.c config_rule_keys.c config_rule_terms.c \
	config_rule_values.c
bgp_SRC := as_path.c attribute_table.c attributes.c community.c fault.c fsm.c message.c multiprotocol.c \
	neighbor.c connection.c notification.c open.c socket.c speaker.c stream.c update.c
bgp_SRC += capability.c family.c notification_describe.c role.c route_refresh.c session.c text.c
bgp_SRC += attribute_show.c attribute_value.c attributes_check.c attributes_encode.c extended_community.c \
	large_community.c martian.c nlri.c raw_attribute.c text_bounds.c tlv.c update_encode.c
bgp_SRC += admission.c collision.c connection_input.c connection_output.c error_log.c greeting.c link_peer.c \
	listener.c neighbor_session.c tcp_auth.c tcp_drops.c
bgp_SRC += delay.c
rib_SRC := aggregate.c distance.c export_rule.c otc.c
rib_SRC += as_pattern.c cause.c inbound.c max_prefix.c policy.c policy_match.c policy_set.c
rib_SRC += attribute_set.c decision.c export.c import.c outbound.c reason.c rib.c
rib_SRC += next_hop.c path_list.c weight.c
rib_SRC += export_batch.c update_group.c
nexthop_SRC := arp.c arp_socket.c entry.c host.c netlink.c nexthop.c ports.c probe.c probe_log.c tracker.c
nexthop_SRC += bfd.c bfd_packet.c bfd_session.c bfd_socket.c
nexthop_SRC += vlan_offload.c
nexthop_SRC += kernel_routes.c nd.c nd_socket.c netlink_message.c packet_socket.c route_message.c
steering_SRC := assign.c group.c nexthop_slots.c steering.c
steering_SRC += identity.c
steering_SRC += backup.c candidate.c ranking.c share.c
datapath_SRC := attach.c counters.c datapath.c failure.c pins.c run.c tables.c
datapath_SRC += capture.c vip_table.c vips.c
control_SRC := route_cursor.c
control_SRC += capture.c control.c explain.c explain_flow.c explain_route.c flow_frame.c json.c request.c show.c \
	show_bgp.c show_neighbors.c show_steering.c
CTL_SRC := ask.c client.c command_capture.c command_explain.c command_show.c headgatectl.c pcapng.c rates.c show.c \
	table.c value.c view.c

# tests/unit/ROOM/test_NAME.c, without root; tests/xdp/test_NAME.c, with root.
UNIT_TESTS :=
UNIT_TESTS += datapath/test_vip_table
UNIT_TESTS += $(addprefix bgp/test_,as_path attributes attributes_encode attributes_unknown community fsm message \
	notification open open_check update update_encode)
UNIT_TESTS += $(addprefix bgp/test_,capability notification_describe open_damage open_encode role route_refresh session text)
UNIT_TESTS += $(addprefix bgp/test_,attribute_show attributes_random attributes_young extended_community multiprotocol \
	nlri update_damage update_forms update_history)
UNIT_TESTS += $(addprefix core/test_,address config config_file config_neighbor config_print suggest wire)
UNIT_TESTS += $(addprefix bgp/test_,admission collision error_log greeting link_peer tcp_drops)
UNIT_TESTS += bgp/test_collision_race bgp/test_delay
UNIT_TESTS += $(addprefix core/test_,config_neighbor_keys secret)
UNIT_TESTS += steering/test_assign nexthop/test_arp nexthop/test_host nexthop/test_probe
UNIT_TESTS += nexthop/test_bfd_packet nexthop/test_bfd_session
UNIT_TESTS += nexthop/test_nd nexthop/test_netlink_message nexthop/test_route_message steering/test_identity
UNIT_TESTS += core/test_flow_hash core/test_pool core/test_prefix_map core/test_hex
UNIT_TESTS += core/test_flow_hash_statistics
UNIT_TESTS += control/test_flow_frame
UNIT_TESTS += control/test_route_cursor
UNIT_TESTS += steering/test_steering core/test_slot_table rib/test_decision rib/test_export rib/test_rib
UNIT_TESTS += core/test_config_path rib/test_static
UNIT_TESTS += core/test_config_vip rib/test_export_ready
UNIT_TESTS += rib/test_leave rib/test_otc rib/test_export_random
UNIT_TESTS += bgp/test_confederation core/test_config_confederation rib/test_export_confederation
UNIT_TESTS += core/test_config_inside rib/test_export_peers
UNIT_TESTS += core/test_config_aggregate rib/test_aggregate
UNIT_TESTS += core/test_config_rule rib/test_policy rib/test_policy_rib rib/test_as_pattern rib/test_max_prefix
UNIT_TESTS += rib/test_multipath rib/test_weight rib/test_decision_random rib/test_decision_oracle rib/test_bandwidth
UNIT_TESTS += steering/test_two_ribs core/test_config_multipath
UNIT_TESTS += steering/test_ranking steering/test_sets
UNIT_TESTS += rib/test_update_group rib/test_update_group_random
XDP_TESTS := test_datapath
XDP_TESTS += test_capture test_ethernet test_fragment_memory test_fragments test_icmp_errors test_icmp_rate test_ipv4 test_ipv6 test_oracle test_tables test_vip_lines test_vips
XDP_TESTS += test_tracker
XDP_TESTS += test_kernel_routes
XDP_TESTS += test_headroom
XDP_TESTS += test_vlan_offload
# What the XDP tests share.
XDP_SRC := check.c frame.c generator_damage.c generator_shapes.c oracle.c oracle_flow.c oracle_icmp.c oracle_ipv4.c \
	oracle_ipv6.c oracle_memory.c oracle_out.c table.c trial.c world.c
FUZZ_TARGETS :=
FUZZ_TARGETS += arp config control
FUZZ_TARGETS += bfd
FUZZ_TARGETS += nd
FUZZ_TARGETS += message open update
FUZZ_TARGETS += rule

# ------------------------------------------------------------- flags

PACKAGES := libbpf libelf zlib libevent_core libmnl json-c
WARNINGS := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Werror \
	-Wno-missing-field-initializers
INCLUDES := -Iagent -Iinclude -Ibpf -I$(B)
CFLAGS ?= -O2 -g
SANITIZE := $(if $(SAN),-fsanitize=address$(comma)undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer)
ALL_CFLAGS = -std=gnu11 -D_GNU_SOURCE -DHEADGATE_VERSION='"$(VERSION)"' $(WARNINGS) \
	$(INCLUDES) $(CFLAGS) $(SANITIZE) $(shell $(PKG_CONFIG) --cflags $(PACKAGES))
LIBS = $(shell $(PKG_CONFIG) --libs $(PACKAGES))
CTL_LIBS = $(shell $(PKG_CONFIG) --libs json-c libpcap)
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

AGENT_OBJ := $(addprefix $(B)/agent/,main.o agent.o interfaces.o wire_bfd.o wire_capture.o wire_kernel.o wire_rib.o wire_speaker.o \
	wire_steering.o)
$(B)/headgate: $(AGENT_OBJ) $(ROOM_ARCHIVES)
	$(call say,LINK,$@)
	$(Q)$(CC) $(ALL_CFLAGS) $(LDFLAGS) -o $@ $^ $(LIBS)

CTL_OBJ := $(addprefix $(B)/tools/,$(CTL_SRC:.c=.o))
$(B)/headgatectl: $(CTL_OBJ) $(B)/core.a
	$(call say,LINK,$@)
	$(Q)$(CC) $(ALL_CFLAGS) $(LDFLAGS) -o $@ $^ $(CTL_LIBS)

# Tests of the tools link the tool's objects, all but its main().
CTL_TESTS := tools/test_client tools/test_pcapng tools/test_rates tools/test_show tools/test_table
CTL_TEST_BINS := $(addprefix $(B)/tests/unit/,$(CTL_TESTS))
$(CTL_TEST_BINS:=.o): INCLUDES += -Itools
$(CTL_TEST_BINS): %: %.o $(filter-out %/headgatectl.o,$(CTL_OBJ)) $(B)/core.a
	$(call say,LINK,$@)
	$(Q)$(CC) $(ALL_CFLAGS) $(LDFLAGS) -o $@ $^ $(TEST_LIBS) $(CTL_LIBS)

$(B)/%.o: %.c
	$(call say,CC,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

$(B)/%.bpf.o: %.bpf.c
	$(call say,BPF,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CLANG) $(BPF_CFLAGS) -I/usr/include/$(MULTIARCH) -MMD -MP -c -o $@ $<
	$(Q)$(LLVM_STRIP) -g $@

$(B)/%.skel.h: $(B)/%.bpf.o
	$(call say,SKEL,$@)
	$(Q)$(BPFTOOL) gen skeleton $< name $(notdir $*) > $@

$(datapath_OBJ): $(B)/bpf/headgate.skel.h

# ------------------------------------------------------------- tests

UNIT_BINS := $(addprefix $(B)/tests/unit/,$(UNIT_TESTS)) $(CTL_TEST_BINS)
XDP_BINS := $(addprefix $(B)/tests/xdp/,$(XDP_TESTS))

define unit_rule
$(B)/tests/unit/$(1): $(B)/tests/unit/$(1).o $(call archives_up_to,$(patsubst %/,%,$(dir $(1))))
	$$(call say,LINK,$$@)
	$$(Q)$$(CC) $$(ALL_CFLAGS) $$(LDFLAGS) -o $$@ $$^ $$(TEST_LIBS) -lm
endef
$(foreach test,$(UNIT_TESTS),$(eval $(call unit_rule,$(test))))

XDP_OBJ := $(addprefix $(B)/tests/xdp/,$(XDP_SRC:.c=.o))
$(B)/tests/xdp/shared.a: $(XDP_OBJ)
	$(call say,AR,$@)
	$(Q)rm -f $@ && ar rcs $@ $^

$(XDP_BINS): %: %.o $(B)/tests/xdp/shared.a $(call archives_up_to,datapath)
	$(call say,LINK,$@)
	$(Q)$(CC) $(ALL_CFLAGS) $(LDFLAGS) -o $@ $^ $(TEST_LIBS)

$(XDP_BINS:=.o) $(XDP_OBJ): $(B)/bpf/headgate.skel.h

# Benchmarks, run by hand: tests/bench/NAME.c and what they share.
BENCH_BINS := $(addprefix $(B)/tests/bench/,bgp_generator rib_bench)

$(B)/tests/bench/bgp_generator: $(B)/tests/bench/vip_watch.o
$(BENCH_BINS): %: %.o $(B)/tests/bench/update_stream.o $(call archives_up_to,rib)
	$(call say,LINK,$@)
	$(Q)$(CC) $(ALL_CFLAGS) $(LDFLAGS) -o $@ $^ $(LIBS)

$(B)/tests/bench/steering_bench: $(B)/tests/bench/steering_bench.o $(call archives_up_to,steering)
	$(call say,LINK,$@)
	$(Q)$(CC) $(ALL_CFLAGS) $(LDFLAGS) -o $@ $^ $(LIBS)

# The packet path's bench: programs of its own around the one that is measured.
PACKET_BENCH_OBJ := $(addprefix $(B)/tests/bench/,packet_bench.o arena.o burst.o frames.o program.o scene.o)
$(B)/tests/bench/generator.bpf.o: BPF_CFLAGS += -Itests/bench
$(PACKET_BENCH_OBJ): $(B)/bpf/headgate.skel.h $(B)/tests/bench/generator.skel.h
$(PACKET_BENCH_OBJ): INCLUDES += -Itests

$(B)/tests/bench/packet_bench: $(PACKET_BENCH_OBJ) $(call archives_up_to,datapath)
	$(call say,LINK,$@)
	$(Q)$(CC) $(ALL_CFLAGS) $(LDFLAGS) -o $@ $^ $(LIBS)

# ------------------------------------------------------------- checks
# `check` and `demo` install what they need; the rest says what is missing.

JOBS := -j$(shell nproc)

unit: $(UNIT_BINS)
tests: all $(UNIT_BINS) $(XDP_BINS) $(BENCH_BINS) $(B)/tests/bench/packet_bench
tests: $(B)/tests/bench/steering_bench

check-unit: unit
	$(Q)$(PYTHON) tests/run.py --unit $(UNIT_BINS)

check:
	$(Q)tools/deps.sh
	$(Q)$(MAKE) --no-print-directory $(JOBS) tests lint
	$(Q)$(MAKE) --no-print-directory $(JOBS) SAN=1 B=$(B)/san all unit
	$(Q)$(MAKE) --no-print-directory $(JOBS) fuzz SECONDS=3
	$(Q)B=$(B) SAN_BUILD=$(B)/san $(PYTHON) tests/run.py --unit $(UNIT_BINS) \
		--san $(UNIT_BINS:$(B)/%=$(B)/san/%) --xdp $(XDP_BINS) --lab tests/lab tests/fault

# The tests of the program on other kernels, in virtual machines: half an hour.
# With LAB=test_vlan,test_ipv6 these of tests/lab, in place of the program's.
KERNELS ?= 5.10,6.1,6.12,6.18
KERNEL_ENV ?= FRAMES=20000
LAB ?=
KERNEL_TESTS = $(if $(LAB),--lab $(patsubst %,tests/lab/%.py,$(subst $(comma), ,$(LAB))),--xdp $(XDP_BINS))
check-kernels: tests
	$(Q)B=$(B) $(PYTHON) tests/vm/kernels.py --folder $(B)/vm --kernels $(KERNELS) \
		$(addprefix --env ,$(KERNEL_ENV)) $(KERNEL_TESTS)

demo:
	$(Q)tools/deps.sh
	$(Q)$(MAKE) --no-print-directory $(JOBS) all
	$(Q)B=$(B) $(PYTHON) tools/demo.py

# In ROUNDS rounds, each bench with a number of its own; SEED of what is sent.
ROUNDS ?=
SEED ?= 1
BENCH_OPTIONS = $(if $(ROUNDS),--rounds $(ROUNDS)) --seed $(SEED)
bench: $(B)/tests/bench/packet_bench
	$(Q)B=$(B) $(PYTHON) tests/bench/packet.py $(BENCH_OPTIONS)

bench-bgp: all $(BENCH_BINS)
	$(Q)B=$(B) $(PYTHON) tests/bench/bgp.py $(BENCH_OPTIONS)

bench-steering: $(B)/tests/bench/steering_bench
	$(Q)B=$(B) $(PYTHON) tests/bench/steering.py $(BENCH_OPTIONS)

deps:
	$(Q)tools/deps.sh

lint: $(B)/bpf/headgate.skel.h $(B)/tests/bench/generator.skel.h
	$(Q)B=$(B) CLANG_FORMAT=$(CLANG_FORMAT) $(PYTHON) tools/lint.py

format:
	$(Q)git ls-files -co --exclude-standard '*.[ch]' | xargs $(CLANG_FORMAT) -i

# Fuzz targets, each for SECONDS seconds or RUNS runs, on a copy of the corpus.
SECONDS ?= 60
RUNS ?=
FUZZ_BINS := $(addprefix $(B)/fuzz/fuzz_,$(FUZZ_TARGETS))
FUZZ_SRC := $(foreach room,core bgp rib nexthop,$(addprefix agent/$(room)/,$($(room)_SRC))) agent/control/json.c agent/control/request.c
FUZZ_CFLAGS = $(filter-out -O2,$(ALL_CFLAGS)) -O1 -fno-sanitize-recover=undefined
FUZZ_LIMIT = $(if $(RUNS),-runs=$(RUNS),-max_total_time=$(SECONDS))

$(B)/fuzz/%.o: %.c
	$(call say,FUZZ,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CLANG) $(FUZZ_CFLAGS) -fsanitize=fuzzer-no-link$(comma)address$(comma)undefined -MMD -MP -c -o $@ $<

$(B)/fuzz/rooms.a: $(FUZZ_SRC:%.c=$(B)/fuzz/%.o)
	$(call say,AR,$@)
	$(Q)rm -f $@ && ar rcs $@ $^

$(FUZZ_BINS): $(B)/fuzz/%: $(B)/fuzz/tests/fuzz/%.o $(B)/fuzz/rooms.a
	$(call say,LINK,$@)
	$(Q)$(CLANG) $(FUZZ_CFLAGS) -fsanitize=fuzzer$(comma)address$(comma)undefined -o $@ $^ $(LIBS)

fuzz: $(FUZZ_BINS)
	$(Q)set -e; for target in $(FUZZ_TARGETS); do \
		corpus=$(B)/fuzz/corpus/$$target; log=$(B)/fuzz/$$target.log; mkdir -p $$corpus; \
		$(B)/fuzz/fuzz_$$target $(FUZZ_LIMIT) -print_final_stats=1 -artifact_prefix=$(B)/fuzz/ \
			$$corpus tests/fuzz/corpus/$$target 2>$$log || { tail -n 40 $$log; exit 1; }; \
		echo "fuzz $$target: $$(sed -n 's/.*executed_units: *//p' $$log) runs, no finding"; \
	done

.SECONDARY: $(FUZZ_BINS:$(B)/fuzz/%=$(B)/fuzz/tests/fuzz/%.o)

install: all
	install -D -m 755 $(B)/headgate $(DESTDIR)$(PREFIX)/sbin/headgate
	install -D -m 755 $(B)/headgatectl $(DESTDIR)$(PREFIX)/bin/headgatectl

clean:
	rm -rf $(B)

help:
	@echo "make             the agent, headgatectl and the XDP program, into $(B)/"
	@echo "make demo        a lab of network namespaces, narrated (root; installs packages)"
	@echo "make check       every test: unit, XDP, lab, lint (root; installs packages)"
	@echo "make check-unit  the tests that need no root"
	@echo "make check-kernels  the XDP tests, or those of LAB=, on KERNELS=$(KERNELS) in virtual machines"
	@echo "make fuzz        fuzz targets, SECONDS=$(SECONDS) or RUNS= each"
	@echo "make bench       the packet path beside an empty program and the kernel, ROUNDS= (root)"
	@echo "make bench-bgp   BGP load beside BIRD, ROUNDS= (root)"
	@echo "make bench-steering  what a change of a set costs, ROUNDS="
	@echo "make lint        format, include directions, headers, warnings"
	@echo "make format install clean deps"
	@echo "Variables: B=folder V=1 SAN=1 CC= CLANG= PREFIX= DESTDIR="

.PHONY: all unit tests check check-unit check-kernels bench bench-bgp bench-steering demo deps lint format fuzz install clean help

-include $(shell find $(B) -name '*.d' 2>/dev/null)
