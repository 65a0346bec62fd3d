# SPDX-License-Identifier: BSD-2-Clause
#
# One non-recursive makefile; it builds into folder B. V=1 shows the commands,
# SAN=1 builds with AddressSanitizer and UndefinedBehaviorSanitizer into
# build/san. `make help` lists the targets.

SAN ?=
B ?= build$(if $(SAN),/san)
CC ?= gcc
CLANG ?= clang
CLANG_FORMAT ?= clang-format
BPFTOOL ?= $(firstword $(wildcard /usr/sbin/bpftool) bpftool)
LLVM_STRIP ?= llvm-strip
PKG_CONFIG ?= pkg-config
PYTHON ?= /usr/bin/python3
# Where `install` puts files, below DESTDIR.
PREFIX ?= /usr/local
DESTDIR ?=
SYSCONFDIR ?= /etc
SBINDIR ?= $(PREFIX)/sbin
BINDIR ?= $(PREFIX)/bin
MANDIR ?= $(PREFIX)/share/man
BASH_COMPLETION ?= $(PREFIX)/share/bash-completion/completions
ZSH_COMPLETION ?= $(PREFIX)/share/zsh/vendor-completions
DOCDIR ?= $(PREFIX)/share/doc/headgate
UNITDIR ?= $(PREFIX)/lib/systemd/system
SYSUSERSDIR ?= $(PREFIX)/lib/sysusers.d
TMPFILESDIR ?= $(PREFIX)/lib/tmpfiles.d
SYSCTLDIR ?= $(PREFIX)/lib/sysctl.d

VERSION := 0.1.0

comma := ,
Q := $(if $(V),,@)
say = $(if $(V),,@printf '  %-8s %s\n' '$(1)' '$(2)')

.DEFAULT_GOAL := all
.DELETE_ON_ERROR:
.SUFFIXES:

# ------------------------------------------------------------- the rooms
# The sources of each room, and the rooms it uses. The unit tests of a room link
# these archives only; tools/lint.py checks includes by the same table.

ROOMS := core host codec session rib nexthop fib steering datapath filter control config

core_DIR := agent/core
core_SRC := acceptor.c address.c address_tree.c audit_report.c background.c encapsulation.c event.c event_ring.c hex.c ip_header.c keyed_hash.c log.c log_journal.c log_limit.c log_sink.c pointer_set.c pool.c \
	prefix_map.c quantity.c record_file.c secret.c seed_file.c sha1.c slot_table.c suggest.c turn_meter.c turn_set.c work_queue.c work_turns.c
core_USES :=

host_DIR := agent/host
host_SRC := bpf_query.c capability_needs.c check.c check_device.c check_irq.c check_kernel.c check_routing.c check_tables.c device.c ethtool.c \
	json.c redirect_target.c sysctl.c vlan_offload.c
host_USES := core

codec_DIR := agent/bgp/codec
codec_SRC := as_path.c attribute_show.c attribute_table.c attribute_value.c attributes.c \
	attributes_check.c attributes_encode.c bmp.c capability.c collision.c community.c delay.c \
	exchange.c extended_community.c family.c flowspec.c flowspec_action.c flowspec_text.c \
	flowspec_valid.c fsm.c large_community.c martian.c message.c \
	mrt.c mrt_message.c negotiated.c nexthop.c nlri.c notification.c notification_describe.c open.c \
	raw_attribute.c role.c route_refresh.c text.c tlv.c tunnel.c update.c \
	update_describe.c update_encode.c update_error.c
codec_USES := core

session_DIR := agent/bgp/session
session_SRC := admission.c announcer.c attempts.c connection.c connection_input.c connection_output.c error_log.c \
	handover.c handover_state.c link_advert.c link_peer.c listener.c neighbor.c neighbor_admin.c neighbor_gone.c neighbor_hint.c neighbor_options.c neighbor_session.c \
	options.c reconfigure.c router_advert.c setup.c socket.c speaker.c stream.c syn.c syn_watch.c tcp_auth.c tcp_drops.c
session_USES := codec core

rib_DIR := agent/rib
rib_SRC := adj_rib_in.c aggregate.c attribute_set.c decision.c decision_step.c departures.c distance.c export.c \
	export_batch.c export_list.c export_peer.c export_rule.c export_sent.c import.c inbound.c loc_rib.c max_prefix.c options.c origins.c otc.c \
	outbound.c path.c path_errors.c path_index.c peer_nexthops.c policy/as_pattern.c policy/policy.c policy/policy_match.c \
	policy/policy_set.c policy/rule.c reason.c rib.c rib_nexthop.c route.c statement.c sweep.c update_group.c \
	reconfigure.c upstream_machines.c warm_up.c waiting_prefixes.c weight.c
rib_USES := codec core

nexthop_DIR := agent/nexthop
nexthop_SRC := arp.c arp_socket.c bfd.c bfd_auth.c bfd_datagram.c bfd_given.c bfd_packet.c bfd_session.c bfd_socket.c drain_list.c entry.c expected.c hold_down.c host.c \
	listening.c nd.c nd_socket.c netlink.c netlink_message.c nexthop.c options.c packet_socket.c ports.c probe.c \
	probe_budget.c probe_queue.c prober.c receive_buffer.c probe_log.c service_http.c service_link.c service_segment.c service_socket.c \
	service_state.c service_table.c service_tcp.c service_tunnel.c services.c tracker.c tracker_handover.c \
	link_speed.c
nexthop_USES := host core

fib_DIR := agent/fib
fib_SRC := fib.c handed_up.c handed_up_stale.c kernel_routes.c mark_rule.c nexthop_message.c options.c \
	route_message.c route_object.c route_restore.c route_set.c route_socket.c route_watch.c rule_message.c
fib_USES := nexthop host core

steering_DIR := agent/steering
steering_SRC := adopt.c adopted_table.c affinity.c assign.c audit.c backup.c build_budget.c candidate.c drain.c fit.c flow_sweep.c group.c identity.c limit.c nexthop_slots.c options.c \
	parking.c ranking.c returns.c set.c settle.c share.c steering.c turn.c variant.c vip.c window.c
steering_USES := rib nexthop host codec core

datapath_DIR := agent/datapath
datapath_SRC := attach.c audit.c capture.c counters.c datapath.c failure.c filters.c flows.c grow.c inherited.c layout.c marker.c options.c pins.c run.c \
	tables.c vip_sweep.c vip_table.c vips.c
datapath_USES := core

filter_DIR := agent/filter
filter_SRC := book.c compile.c lists.c rule.c words.c
filter_USES := datapath codec core

control_DIR := agent/control
control_SRC := capture.c control.c control_socket.c counter_list.c counter_rows.c drain_order.c dump.c event_filter.c event_followers.c explain_flow.c explain_gone.c explain_route.c show_adj_rib.c show_config.c show_neighbor_options.c \
	$(addprefix metrics/,gauge_list.c metric.c metric_agent.c metric_interfaces.c metric_neighbors.c metric_nexthops.c metric_process.c metric_vips.c metrics_page.c vip_memory.c) \
	$(addprefix pages/,api.c html.c http.c status_page.c) show_vips.c unix_listener.c \
	flow_frame.c json.c metrics.c options.c permission.c reply.c prefix_cursor.c request.c reload_order.c server.c \
	show_bgp.c show_counters.c show_events.c show_filters.c show_flows.c show_neighbors.c show_services.c show_status.c show_steering.c verb.c verdict.c
control_USES := filter datapath steering fib nexthop rib session codec host core

config_DIR := agent/config
config_SRC := aggregate.c bfd_key.c change.c check.c community.c confederation.c config.c entry.c file.c filter.c flag.c interface.c kind.c \
	neighbor.c neighbor_keys.c option.c parser.c path.c print.c rule.c rule_head.c rule_kinds.c \
	rule_tables.c rule_terms.c secrets.c service_key.c vip.c warn.c
config_USES := control filter datapath steering fib nexthop rib session codec host core

# The agent itself, above all rooms. ALL_ROOMS is in link order.
ALL_ROOMS := config control filter datapath steering fib nexthop rib session codec host core
AGENT_SRC := main.c agent.c audit.c bmp.c bmp_encode.c bmp_station.c captures.c clock_watch.c drains.c handover_give.c handover_link.c handover_record.c handover_story.c handover_take.c host_config.c host_watch.c interfaces.c learned_filters.c leftovers.c log_events.c loop.c mrt_log.c notify.c privileges.c reload.c service_checks.c sessions.c shutdown.c silent_neighbors.c start_wait.c syscall_filter.c takeover.c takeover_list.c takeover_rule.c traffic_fall.c vip_events.c warm_ups.c wiring.c

CTL_SRC := ask.c capture_reader.c client.c command_capture.c command_doctor.c command_drain.c command_dump.c command_events.c command_explain.c command_health.c command_neighbor.c command_reload.c command_show.c command_top.c filter.c headgatectl.c successor.c \
	pcapng.c rates.c show.c table.c value.c verdict.c view.c view_agent.c view_explain.c view_forwarding.c view_neighbors.c view_routes.c watch.c

# Unit tests, without root: tests/unit/FOLDER/test_NAME.c.
core_TESTS := $(addprefix core/test_,address address_tree background event event_ring flow_hash flow_hash_statistics hex ip_header keyed_hash log log_journal log_limit log_sink pointer_set \
	pool prefix_flood prefix_map quantity record_file secret seed_file sha1 slot_table suggest turn_meter turn_set wire work_queue work_turns)
codec_TESTS := $(addprefix bgp/codec/test_,as_path attribute_show attributes attributes_encode \
	attributes_random attributes_unknown attributes_young bmp capability collision community \
	delay extended_community flowspec flowspec_action flowspec_text flowspec_update fsm message mrt mrt_message multiprotocol negotiated nlri notification \
	notification_describe open open_check open_damage open_encode role route_refresh \
	text tunnel update update_damage update_describe update_encode update_forms update_history)
session_TESTS := $(addprefix bgp/session/test_,admission attempts collision_race confederation error_log handover_state \
	link_peer neighbor_admin neighbor_gone neighbor_nexthop router_advert setup syn tcp_drops)
rib_TESTS := $(addprefix rib/test_,aggregate attribute_budget attribute_flood bandwidth decision decision_explain decision_oracle \
	decision_random departures drain export export_confederation export_packing export_peers export_random export_ready export_sent joining large_sets \
	max_prefix multipath nexthop_allowed nexthop_routes origins otc path_errors path_index rib rib_nexthop shutdown statement static sweep \
	turns upstream_machines warm_up weight)
host_TESTS := host/test_check
nexthop_TESTS := $(addprefix nexthop/test_,address_bucket arp bfd_auth bfd_datagram bfd_given bfd_packet bfd_pair bfd_session drain_list hold_down host listening nd netlink_message probe \
	probe_budget probe_queue service_http service_segment service_state service_tcp service_tunnel services)
fib_TESTS := fib/test_mark_rule fib/test_nexthop_message fib/test_route_message fib/test_rule_message
steering_TESTS := $(addprefix steering/test_,adopt affinity assign audit build_budget drains fit flaps flow_use identity limit ranking sets steering two_ribs window_flows windows)
datapath_TESTS := datapath/test_layout datapath/test_vip_table
filter_TESTS := filter/test_book
control_TESTS := $(addprefix control/test_,event_followers flow_frame http metrics permission prefix_cursor request server show_config vip_memory html)
config_TESTS := $(addprefix config/test_,change config config_aggregate config_confederation config_encapsulation config_file \
	config_inside config_limits config_multipath config_neighbor config_neighbor_keys config_path \
	config_print config_rooms config_rule config_vip config_warn)
# Tests of the rib that write rules as text: they link the parser, too.
config_TESTS += $(addprefix rib/test_,as_pattern policy policy_rib reconfigure update_group update_group_random)
rib_TESTS += rib/test_blackhole rib/test_checks rib/test_tunnels rib/test_vip_options rib/test_waiting_prefixes
UNIT_TESTS := $(foreach room,$(ROOMS),$($(room)_TESTS))

# tests/xdp/test_NAME.c, with root, and their shared sources.
xdp_TESTS := affinity affinity_sim bfd_stall capture datapath ethernet filter_cases filter_rates filters flow_maps fragment_memory fragment_shares fragments headroom icmp_errors icmp_rate inherited \
	ipv4 ipv6 kernel_routes martians netlink oracle plain_routes route_objects tables tracker tracker_scale tunnels vip_places vips vlan_offload
XDP_TESTS := $(addprefix test_,$(xdp_TESTS))
XDP_SRC := check.c frame.c generator_damage.c generator_shapes.c oracle.c oracle_affinity.c oracle_flow.c \
	oracle_icmp.c oracle_ipv4.c oracle_ipv6.c oracle_martian.c oracle_memory.c oracle_out.c oracle_tunnel.c sim_headgate.c sim_models.c sim_traffic.c table.c trial.c \
	world.c

# tests/fuzz/fuzz_NAME.c
FUZZ_TARGETS := arp bfd bfd_datagram config control flowspec handover http message nd netlink open pcap rib route_message router_advert syn \
	rule service tunnel update

# ------------------------------------------------------------- flags

PACKAGES := libbpf libelf zlib libevent_core libmnl json-c
PACKAGE_CFLAGS := $(shell $(PKG_CONFIG) --cflags $(PACKAGES))
WARNINGS := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Werror \
	-Wno-missing-field-initializers
INCLUDES := -Iagent -Iinclude -Ibpf -I$(B)
CFLAGS ?= -O2 -g
CPPFLAGS ?=
LDFLAGS ?=
SANITIZE := $(if $(SAN),-fsanitize=address$(comma)undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer)
# Hardening, as far as the compiler has it. Flags of the user come later and win.
# FORTIFY_SOURCE needs optimization and gets in the way of the sanitizers.
try_cc = $(shell $(CC) -Werror $(1) -include stdlib.h -x c -c -o /dev/null /dev/null 2>/dev/null && echo '$(1)')
OPTIMIZES := $(filter-out -O0,$(filter -O%,$(CFLAGS)))
FORTIFY := $(if $(OPTIMIZES),$(if $(SAN)$(findstring _FORTIFY_SOURCE,$(CFLAGS) $(CPPFLAGS)),,yes))
fortify = -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=$(1)
HARDENING := -fPIE -fstack-protector-strong $(call try_cc,-fstack-clash-protection) \
	$(or $(call try_cc,-fcf-protection=full),$(call try_cc,-mbranch-protection=standard)) \
	$(if $(FORTIFY),$(filter-out -O2,$(or $(call try_cc,-O2 $(call fortify,3)),$(call try_cc,-O2 $(call fortify,2)))))
HARDENING_LDFLAGS := -pie -Wl,-z,relro,-z,now,-z,noexecstack
# The same source gives the same files, in whatever folders it is built.
PREFIX_MAP := -ffile-prefix-map=$(CURDIR)=. -ffile-prefix-map=$(B)=build
ALL_CFLAGS = -std=gnu11 -D_GNU_SOURCE -DHEADGATE_VERSION='"$(VERSION)"' $(WARNINGS) \
	$(INCLUDES) $(HARDENING) $(PREFIX_MAP) $(CPPFLAGS) $(CFLAGS) $(SANITIZE) $(PACKAGE_CFLAGS)
# The agent is optimized as a whole: its rooms are small functions that call each
# other for each route. Tests link the same objects one by one, which is quicker.
try_lto = $(shell echo 'int main(void) { return 0; }' | $(CC) -Werror $(1) -x c -o /dev/null - 2>/dev/null && echo '$(1)')
LTO := $(if $(OPTIMIZES),$(if $(SAN),,$(call try_lto,-flto=auto -ffat-lto-objects)))
ALL_LDFLAGS = $(HARDENING_LDFLAGS) $(if $(LTO),-fno-lto) $(LDFLAGS)
# Warnings were given for each file; the whole gives some that are wrong.
WHOLE_LDFLAGS = $(HARDENING_LDFLAGS) $(if $(LTO),$(LTO) -w) $(LDFLAGS)
LIBS := $(shell $(PKG_CONFIG) --libs $(PACKAGES)) -pthread
AGENT_LIBS := $(shell $(PKG_CONFIG) --libs libseccomp)
CTL_LIBS := $(shell $(PKG_CONFIG) --libs json-c libpcap libmnl)
TEST_LIBS := $(LIBS) $(shell $(PKG_CONFIG) --libs cmocka)
MULTIARCH := $(shell $(CC) -print-multiarch)
BPF_CFLAGS := -std=gnu11 -g -O2 -target bpf -mcpu=v3 -Wall -Wextra -Wshadow -Werror -Iinclude \
	$(PREFIX_MAP)

# ------------------------------------------------------------- build

all: $(B)/headgate $(B)/headgatectl $(B)/headgate-replay

# ROOM.a, and the archives that a user of the room links.
define room_rules
$(1)_OBJ := $$(addprefix $(B)/$$($(1)_DIR)/,$$($(1)_SRC:.c=.o))
$(1)_LIBS := $$(patsubst %,$(B)/%.a,$(1) $$($(1)_USES))
$(B)/$(1).a: $$($(1)_OBJ)
	$$(call say,AR,$$@)
	$$(Q)rm -f $$@ && ar rcsD $$@ $$^
$$(addprefix $(B)/tests/unit/,$$($(1)_TESTS)): $$($(1)_LIBS)
endef
$(foreach room,$(ROOMS),$(eval $(call room_rules,$(room))))

AGENT_OBJ := $(addprefix $(B)/agent/,$(AGENT_SRC:.c=.o))
$(B)/headgate: $(AGENT_OBJ) $(ALL_ROOMS:%=$(B)/%.a)
	$(call say,LINK,$@)
	$(Q)$(CC) $(ALL_CFLAGS) $(WHOLE_LDFLAGS) -o $@ $^ $(LIBS) $(AGENT_LIBS)

AGENT_TEST_BINS := $(addprefix $(B)/tests/unit/test_,handover_record syscall_filter takeover_rule traffic_fall)
$(AGENT_TEST_BINS): $(B)/tests/unit/test_%: $(B)/tests/unit/test_%.o $(B)/agent/%.o $(B)/core.a
	$(call say,LINK,$@)
	$(Q)$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ $^ $(TEST_LIBS) $(AGENT_LIBS)

CTL_OBJ := $(addprefix $(B)/tools/,$(CTL_SRC:.c=.o))
$(B)/headgatectl: $(CTL_OBJ) $(B)/host.a $(B)/core.a
	$(call say,LINK,$@)
	$(Q)$(CC) $(ALL_CFLAGS) $(WHOLE_LDFLAGS) -o $@ $^ $(CTL_LIBS)

REPLAY_OBJ := $(addprefix $(B)/tools/,replay.o replay_peer.o mrt_reader.o)
$(B)/headgate-replay: $(REPLAY_OBJ) $(B)/core.a
	$(call say,LINK,$@)
	$(Q)$(CC) $(ALL_CFLAGS) $(WHOLE_LDFLAGS) -o $@ $^

$(B)/tests/unit/tools/test_mrt_reader.o: INCLUDES += -Itools
$(B)/tests/unit/tools/test_mrt_reader: %: %.o $(B)/tools/mrt_reader.o $(B)/core.a
	$(call say,LINK,$@)
	$(Q)$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ $^ $(TEST_LIBS)

# Tests of headgatectl link its objects without its main().
CTL_TESTS := tools/test_capture_reader tools/test_client tools/test_pcapng tools/test_rates tools/test_show tools/test_table
CTL_TEST_BINS := $(addprefix $(B)/tests/unit/,$(CTL_TESTS))
$(CTL_TEST_BINS:=.o): INCLUDES += -Itools
$(CTL_TEST_BINS): %: %.o $(filter-out %/headgatectl.o,$(CTL_OBJ)) $(B)/host.a $(B)/core.a
	$(call say,LINK,$@)
	$(Q)$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ $^ $(TEST_LIBS) $(CTL_LIBS)

# Other flags make other files: the Makefile is a prerequisite.
$(B)/agent/%.o: ALL_CFLAGS += $(LTO)
$(B)/%.o: %.c Makefile
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

PAGE_PIECES := $(B)/agent/control/pages/status_page_pieces.h
$(PAGE_PIECES): agent/control/pages/status_page.html tools/embed_page.py
	$(call say,PAGE,$@)
	@mkdir -p $(@D)
	$(Q)$(PYTHON) tools/embed_page.py $< >$@
$(B)/agent/control/pages/status_page.o: $(PAGE_PIECES)

# The program by itself stays, for bpftool and llvm-objdump.
.SECONDARY: $(B)/bpf/headgate.bpf.o $(B)/tests/bench/generator.bpf.o

# ------------------------------------------------------------- tests

UNIT_BINS := $(addprefix $(B)/tests/unit/,$(UNIT_TESTS)) $(AGENT_TEST_BINS) $(CTL_TEST_BINS) $(B)/tests/unit/tools/test_mrt_reader
XDP_BINS := $(addprefix $(B)/tests/xdp/,$(XDP_TESTS))

$(addprefix $(B)/tests/unit/,$(UNIT_TESTS)): %: %.o
	$(call say,LINK,$@)
	$(Q)$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ $< $(filter-out $<,$^) $(TEST_LIBS) -lm

XDP_OBJ := $(addprefix $(B)/tests/xdp/,$(XDP_SRC:.c=.o))
$(B)/tests/xdp/shared.a: $(XDP_OBJ)
	$(call say,AR,$@)
	$(Q)rm -f $@ && ar rcsD $@ $^

$(XDP_BINS): %: %.o $(B)/tests/xdp/shared.a $(B)/fib.a $(B)/nexthop.a $(B)/host.a $(datapath_LIBS)
	$(call say,LINK,$@)
	$(Q)$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ $^ $(TEST_LIBS) -lm
$(B)/tests/xdp/test_affinity_sim: $(B)/steering.a
$(addprefix $(B)/tests/xdp/test_filter,s _cases _rates): $(filter_LIBS)

$(XDP_BINS:=.o) $(XDP_OBJ): $(B)/bpf/headgate.skel.h

# Benchmarks, run by hand: tests/bench/NAME.c and their shared sources.
BENCH_BINS := $(addprefix $(B)/tests/bench/,bgp_generator rib_bench)

$(B)/tests/bench/bgp_generator: $(B)/tests/bench/vip_watch.o
$(BENCH_BINS): %: %.o $(B)/tests/bench/update_stream.o $(rib_LIBS)
	$(call say,LINK,$@)
	$(Q)$(CC) $(ALL_CFLAGS) $(WHOLE_LDFLAGS) -o $@ $^ $(LIBS)

$(B)/tests/bench/bfd_speakers: $(B)/tests/bench/bfd_speakers.o $(nexthop_LIBS)
	$(call say,LINK,$@)
	$(Q)$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ $^ $(LIBS)

$(B)/tests/bench/steering_bench: $(B)/tests/bench/steering_bench.o $(steering_LIBS)
	$(call say,LINK,$@)
	$(Q)$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ $^ $(LIBS)

# The packet path's bench has its own XDP programs around the measured one.
PACKET_BENCH_OBJ := $(addprefix $(B)/tests/bench/,packet_bench.o arena.o burst.o frames.o program.o scene.o)
$(B)/tests/bench/generator.bpf.o: BPF_CFLAGS += -Itests/bench
$(PACKET_BENCH_OBJ): $(B)/bpf/headgate.skel.h $(B)/tests/bench/generator.skel.h
$(PACKET_BENCH_OBJ): INCLUDES += -Itests

$(B)/tests/bench/packet_bench: $(PACKET_BENCH_OBJ) $(datapath_LIBS)
	$(call say,LINK,$@)
	$(Q)$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ $^ $(LIBS)

# ------------------------------------------------------------- checks
# `check` and `demo` install missing packages; other targets fail without them.

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
		--san $(UNIT_BINS:$(B)/%=$(B)/san/%) --xdp $(XDP_BINS) --lab tests/lab tests/fault tests/packaging

# The simulation of affinity in full length: a quarter of an hour.
LONG_LAB := tests/fault/test_life.py tests/lab/test_two_nodes.py tests/lab/test_reload_load.py
check-long: tests
	$(Q)LONG=1 $(B)/tests/xdp/test_affinity_sim
	$(Q)B=$(B) LONG=1 LAB_JOBS=1 $(PYTHON) tests/run.py --lab $(LONG_LAB)

# The XDP tests on other kernels, in virtual machines: half an hour. With
# LAB=test_vlan,test_ipv6 these tests of tests/lab instead. Without the simulation
# of affinity, which takes too long where the CPU is emulated.
KERNELS ?= 5.10,6.1,6.12,6.18
KERNEL_ENV ?= FRAMES=20000
LAB ?=
KERNEL_TESTS = $(if $(LAB),--lab $(patsubst %,tests/lab/%.py,$(subst $(comma), ,$(LAB))),--xdp $(filter-out %/test_affinity_sim,$(XDP_BINS)))
check-kernels: tests
	$(Q)B=$(B) $(PYTHON) tests/vm/kernels.py --folder $(B)/vm --kernels $(KERNELS) \
		$(addprefix --env ,$(KERNEL_ENV)) $(KERNEL_TESTS)

demo:
	$(Q)tools/deps.sh
	$(Q)$(MAKE) --no-print-directory $(JOBS) all
	$(Q)B=$(B) $(PYTHON) tools/demo.py $(if $(WEB),--web)

# The lab of the demo, kept for looking inside. LAB_OPTIONS=--ipv6
LAB_OPTIONS ?=
lab: all
	$(Q)cd tools && B=$(B) $(PYTHON) -m lab $(LAB_OPTIONS)

# ROUNDS of a bench, each has its own default; SEED of the generated load; SCENES
# of bench and bench-scale, by their names in the JSON, all by default.
ROUNDS ?=
SCENES ?=
SEED ?= 1
BENCH_OPTIONS = $(if $(ROUNDS),--rounds $(ROUNDS)) --seed $(SEED)
bench: $(B)/tests/bench/packet_bench
	$(Q)B=$(B) $(PYTHON) tests/bench/packet.py $(BENCH_OPTIONS) $(if $(SCENES),--scenes $(SCENES))

bench-bgp: all $(BENCH_BINS)
	$(Q)B=$(B) $(PYTHON) tests/bench/bgp.py $(BENCH_OPTIONS)

bench-scale: all $(B)/tests/bench/bgp_generator $(B)/tests/bench/bfd_speakers
	$(Q)B=$(B) $(PYTHON) tests/bench/scale.py $(BENCH_OPTIONS) $(if $(SCENES),--scenes $(SCENES))

bench-failover: all
	$(Q)B=$(B) $(PYTHON) tests/bench/failover.py $(BENCH_OPTIONS) $(if $(SCENES),--scenes $(SCENES))

bench-steering: $(B)/tests/bench/steering_bench
	$(Q)B=$(B) $(PYTHON) tests/bench/steering.py $(BENCH_OPTIONS)

bench-affinity: all
	$(Q)B=$(B) $(PYTHON) tests/bench/affinity.py $(BENCH_OPTIONS) $(if $(SCENES),--scenes $(SCENES))

bench-two-nodes: all
	$(Q)LONG=1 $(PYTHON) tests/run.py --tap tests/lab/test_two_nodes_window.py

deps:
	$(Q)tools/deps.sh

# FILES: these files alone.
FILES ?=
lint: $(PAGE_PIECES) $(B)/bpf/headgate.skel.h $(B)/tests/bench/generator.skel.h
	$(Q)B=$(B) CLANG_FORMAT=$(CLANG_FORMAT) $(PYTHON) tools/lint.py $(FILES)
	$(Q)$(PYTHON) tools/messages.py --check

# The document of all events, from the catalogue and the calls that log.
messages:
	$(Q)$(PYTHON) tools/messages.py

format:
	$(Q)git ls-files -co --exclude-standard '*.[ch]' | xargs $(CLANG_FORMAT) -i

# Format and lint the files of each commit, before it is made.
hooks:
	$(Q)hooks=$$(git rev-parse --git-path hooks) && mkdir -p "$$hooks" && \
		install -m 755 tools/pre-commit "$$hooks/pre-commit" && echo "installed $$hooks/pre-commit"

# For clangd, clang-tidy and editors: the commands of a dry run.
compile_commands.json: $(PAGE_PIECES) $(B)/bpf/headgate.skel.h $(B)/tests/bench/generator.skel.h
	$(call say,GEN,$@)
	$(Q)$(MAKE) --no-print-directory -n -B V=1 all tests fuzz | $(PYTHON) tools/compile_commands.py > $@

# Lines of each room that the unit tests have run; of COVER=agent/rib by file.
COVER ?=
COVER_BUILD := $(B)/coverage
coverage:
	$(Q)$(MAKE) --no-print-directory $(JOBS) B=$(COVER_BUILD) CFLAGS='-O0 -g -w --coverage' unit
	$(Q)find $(COVER_BUILD) -name '*.gcda' -delete
	$(Q)B=$(COVER_BUILD) $(PYTHON) tests/run.py \
		--unit $(UNIT_BINS:$(B)/%=$(COVER_BUILD)/%) >$(COVER_BUILD)/tests.log || \
		{ cat $(COVER_BUILD)/tests.log; exit 1; }
	$(Q)$(PYTHON) tools/coverage.py $(COVER_BUILD) $(COVER)

# Fuzz targets, each for SECONDS seconds or RUNS runs, on a copy of the corpus.
SECONDS ?= 60
RUNS ?=
FUZZ_BINS := $(addprefix $(B)/fuzz/fuzz_,$(FUZZ_TARGETS))
FUZZ_SRC := $(foreach room,core codec session rib nexthop fib steering config,$(addprefix $($(room)_DIR)/,$($(room)_SRC))) \
	agent/control/flow_frame.c agent/control/pages/http.c agent/control/json.c agent/control/options.c agent/control/request.c \
	agent/datapath/options.c agent/handover_record.c tools/capture_reader.c
FUZZ_CFLAGS = -Itools $(filter-out -O2,$(ALL_CFLAGS)) -O1 -fno-sanitize-recover=undefined
FUZZ_LIMIT = $(if $(RUNS),-runs=$(RUNS),-max_total_time=$(SECONDS))

$(B)/fuzz/%.o: %.c
	$(call say,FUZZ,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CLANG) $(FUZZ_CFLAGS) -fsanitize=fuzzer-no-link$(comma)address$(comma)undefined -MMD -MP -c -o $@ $<

$(B)/fuzz/rooms.a: $(FUZZ_SRC:%.c=$(B)/fuzz/%.o)
	$(call say,AR,$@)
	$(Q)rm -f $@ && ar rcsD $@ $^

$(FUZZ_BINS): $(B)/fuzz/%: $(B)/fuzz/tests/fuzz/%.o $(B)/fuzz/rooms.a
	$(call say,LINK,$@)
	$(Q)$(CLANG) $(FUZZ_CFLAGS) -fsanitize=fuzzer$(comma)address$(comma)undefined -o $@ $^ $(LIBS) $(CTL_LIBS)

fuzz: $(FUZZ_BINS)
	$(Q)set -e; for target in $(FUZZ_TARGETS); do \
		corpus=$(B)/fuzz/corpus/$$target; log=$(B)/fuzz/$$target.log; mkdir -p $$corpus; \
		$(B)/fuzz/fuzz_$$target $(FUZZ_LIMIT) -print_final_stats=1 -artifact_prefix=$(B)/fuzz/ \
			$$corpus tests/fuzz/corpus/$$target 2>$$log || { tail -n 40 $$log; exit 1; }; \
		echo "fuzz $$target: $$(sed -n 's/.*executed_units: *//p' $$log) runs, no finding"; \
	done

.SECONDARY: $(FUZZ_BINS:$(B)/fuzz/%=$(B)/fuzz/tests/fuzz/%.o)

# ------------------------------------------------------------- packaging

MAN_PAGES := $(B)/headgate.8 $(B)/headgatectl.8 $(B)/headgate-replay.8 $(B)/headgate.conf.5 $(B)/headgate-maps.5 $(B)/headgate-metrics.7
man: $(MAN_PAGES)

$(B)/headgate.8: ABOUT := XDP load balancer steered by BGP
$(B)/headgatectl.8: ABOUT := look into Headgate and give it orders
$(B)/headgate-replay.8: ABOUT := send recorded BGP messages to Headgate
$(B)/%.8: $(B)/% packaging/manual.py
	$(call say,MAN,$@)
	$(Q)$(PYTHON) packaging/manual.py program $< '$(ABOUT)' >$@

$(B)/headgate.conf.5: $(B)/headgate packaging/manual.py
	$(call say,MAN,$@)
	$(Q)$(PYTHON) packaging/manual.py config $< 'configuration of Headgate' >$@

$(B)/headgate-maps.5: docs/architecture.md packaging/manual.py | $(B)/headgate
	$(call say,MAN,$@)
	$(Q)$(PYTHON) packaging/manual.py document $< headgate-maps 5 'BPF maps of Headgate' 'The tables' >$@

$(B)/headgate-metrics.7: docs/metrics.md packaging/manual.py | $(B)/headgate
	$(call say,MAN,$@)
	$(Q)$(PYTHON) packaging/manual.py document $< headgate-metrics 7 'metrics of Headgate' >$@

SET_PATHS = s|@SBINDIR@|$(SBINDIR)|; s|@BINDIR@|$(BINDIR)|; s|@SYSCONFDIR@|$(SYSCONFDIR)|
DOCUMENTS := README.md NEWS.md SECURITY.md $(filter-out docs/README.md,$(wildcard docs/*.md))
RECIPES := $(wildcard docs/recipes/*.md)
EXAMPLES := contrib/prometheus/alerts.yml contrib/prometheus/alerts_test.yml contrib/grafana/headgate.json \
	contrib/Containerfile contrib/kubernetes/daemonset.yml
ZSH_FILES := packaging/completion/_headgate packaging/completion/_headgatectl
CONFIG_FILE := $(DESTDIR)$(SYSCONFDIR)/headgate/headgate.conf
# An edited configuration stays, in `install` as in `uninstall`.
install: all man
	install -D -m 755 $(B)/headgate $(DESTDIR)$(SBINDIR)/headgate
	install -D -m 755 $(B)/headgatectl $(DESTDIR)$(BINDIR)/headgatectl
	install -D -m 755 $(B)/headgate-replay $(DESTDIR)$(BINDIR)/headgate-replay
	install -D -m 644 -t $(DESTDIR)$(MANDIR)/man5 $(filter %.5,$(MAN_PAGES))
	install -D -m 644 -t $(DESTDIR)$(MANDIR)/man7 $(filter %.7,$(MAN_PAGES))
	install -D -m 644 -t $(DESTDIR)$(MANDIR)/man8 $(filter %.8,$(MAN_PAGES))
	install -D -m 644 packaging/completion/headgatectl.bash $(DESTDIR)$(BASH_COMPLETION)/headgatectl
	install -D -m 644 packaging/completion/headgate.bash $(DESTDIR)$(BASH_COMPLETION)/headgate
	install -D -m 644 -t $(DESTDIR)$(ZSH_COMPLETION) $(ZSH_FILES)
	install -d $(DESTDIR)$(UNITDIR)
	sed '$(SET_PATHS)' packaging/systemd/headgate.service.in >$(DESTDIR)$(UNITDIR)/headgate.service
	install -D -m 644 packaging/systemd/sysusers.conf $(DESTDIR)$(SYSUSERSDIR)/headgate.conf
	install -D -m 644 packaging/systemd/tmpfiles.conf $(DESTDIR)$(TMPFILESDIR)/headgate.conf
	install -D -m 644 packaging/systemd/sysctl.conf $(DESTDIR)$(SYSCTLDIR)/60-headgate.conf
	install -D -m 644 -t $(DESTDIR)$(DOCDIR) $(DOCUMENTS)
	install -D -m 644 -t $(DESTDIR)$(DOCDIR)/recipes $(RECIPES)
	install -D -m 644 -t $(DESTDIR)$(DOCDIR)/examples $(EXAMPLES)
	test -e $(CONFIG_FILE) || install -D -m 644 packaging/headgate.conf $(CONFIG_FILE)

uninstall:
	rm -f $(DESTDIR)$(SBINDIR)/headgate $(DESTDIR)$(BINDIR)/headgatectl $(DESTDIR)$(BINDIR)/headgate-replay
	for page in $(notdir $(MAN_PAGES)); do rm -f $(DESTDIR)$(MANDIR)/man$${page##*.}/$$page; done
	rm -f $(addprefix $(DESTDIR)$(BASH_COMPLETION)/,headgate headgatectl)
	rm -f $(addprefix $(DESTDIR)$(ZSH_COMPLETION)/,$(notdir $(ZSH_FILES)))
	rm -f $(addprefix $(DESTDIR)$(DOCDIR)/recipes/,$(notdir $(RECIPES)))
	rm -f $(addprefix $(DESTDIR)$(DOCDIR)/examples/,$(notdir $(EXAMPLES)))
	rm -f $(DESTDIR)$(UNITDIR)/headgate.service $(DESTDIR)$(SYSUSERSDIR)/headgate.conf
	rm -f $(DESTDIR)$(TMPFILESDIR)/headgate.conf $(DESTDIR)$(SYSCTLDIR)/60-headgate.conf
	rm -f $(addprefix $(DESTDIR)$(DOCDIR)/,$(notdir $(DOCUMENTS)))
	! cmp -s packaging/headgate.conf $(CONFIG_FILE) || rm $(CONFIG_FILE)
	-rmdir --ignore-fail-on-non-empty $(DESTDIR)$(DOCDIR)/examples $(DESTDIR)$(DOCDIR)/recipes $(DESTDIR)$(DOCDIR) $(dir $(CONFIG_FILE)) 2>/dev/null

# The Debian package of what is in $(B), by a copy of the source with debian/ in its
# place: $(B)/deb/headgate_*.deb
DEB_SOURCE := $(B)/deb/headgate-$(VERSION)
deb: all man
	$(Q)rm -rf $(B)/deb && mkdir -p $(DEB_SOURCE)
	$(Q)cp -a agent bpf contrib docs include packaging tools LICENSES Makefile *.md $(DEB_SOURCE)
	$(Q)cp -a packaging/debian $(DEB_SOURCE)/debian
	$(Q)cd $(DEB_SOURCE) && BUILT=$(abspath $(B)) DEB_BUILD_OPTIONS="noautodbgsym $$DEB_BUILD_OPTIONS" \
		dpkg-buildpackage --build=binary --no-sign >../build.log 2>&1 || { tail -n 40 ../build.log; exit 1; }
	$(Q)ls $(B)/deb/*.deb

clean:
	rm -rf $(B)

help:
	@echo "make             the agent, headgatectl and the XDP program, into $(B)/"
	@echo "make demo        a lab of network namespaces, narrated (root; installs packages); WEB=1: stays, with the status page"
	@echo "make lab         the same lab without a story, kept until Enter (root), LAB_OPTIONS=--ipv6"
	@echo "make check       every test: unit, XDP, lab, lint (root; installs packages)"
	@echo "make check-unit  the tests that need no root"
	@echo "make check-kernels  the XDP tests, or those of LAB=, on KERNELS=$(KERNELS) in virtual machines"
	@echo "make check-long  the simulation of affinity and scenes of lab/ in full length (root)"
	@echo "make fuzz        fuzz targets, SECONDS=$(SECONDS) or RUNS= each"
	@echo "make bench       the packet path beside an empty program and the kernel, ROUNDS= SCENES= (root)"
	@echo "make bench-bgp   BGP load beside BIRD, ROUNDS= (root)"
	@echo "make bench-scale  up to 4,095 next hops and 10,000 VIPs beside BIRD, ROUNDS= SCENES= (root)"
	@echo "make bench-affinity  flows that break while servers change, beside the kernel, ROUNDS= SCENES= (root)"
	@echo "make bench-two-nodes  flows that break when one of two nodes dies while a server joins (root)"
	@echo "make bench-failover  from the loss of a server to the last packet to it, beside BIRD, ROUNDS= SCENES= (root)"
	@echo "make bench-steering  what a change of a set costs, ROUNDS="
	@echo "make lint        format, include directions, headers, warnings, words; of FILES= alone"
	@echo "make messages    docs/messages.md, from the sources"
	@echo "make coverage    lines of each room that unit tests run; by file in COVER=agent/rib"
	@echo "make hooks       format and lint the files of each commit (.git/hooks/pre-commit)"
	@echo "make compile_commands.json  for clangd and clang-tidy"
	@echo "make install     below DESTDIR= and PREFIX=$(PREFIX): programs, manual pages, unit of systemd; make uninstall"
	@echo "make deb         a Debian package, into $(B)/deb/"
	@echo "make format man clean deps"
	@echo "Variables: B=folder V=1 SAN=1 CC= CLANG= CPPFLAGS= CFLAGS= LDFLAGS= PREFIX= DESTDIR="

.PHONY: all unit tests check check-unit check-long check-kernels bench bench-affinity bench-bgp bench-failover bench-scale bench-steering bench-two-nodes demo deps lab lint messages format fuzz hooks \
	coverage compile_commands.json install uninstall man deb clean help

-include $(shell find $(B) -name '*.d' -type f 2>/dev/null)
