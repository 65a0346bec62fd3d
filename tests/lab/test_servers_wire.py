# SPDX-License-Identifier: BSD-2-Clause
"""Record what the daemons of servers send with the configurations of
docs/servers.md, and compare it with the table there. No agent runs."""

import unittest

import server_document
from lab_case import LabCase
from raw_lab import NEXT_HOP, RawLab
from server_daemons import (VIP, Bird, Cilium, Exabgp, Frr, Gobgp, KubeRouter,
                            MetallbFrr, Openbgpd, add_vip)
from server_imitations import Calico, MetallbNative
from server_recorder import Recorder, transcript_of


class Wire(LabCase):
    """Each daemon dials the recorder once, announces, and is stopped."""

    lab_class = RawLab
    started = False

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        add_vip(cls.lab)

    def check_row(self, daemon_class):
        recorder = Recorder(self.lab.host)
        self.addCleanup(recorder.close)
        daemon = daemon_class(self.lab.peers, self.lab.folder)
        self.addCleanup(daemon.kill)
        daemon.start()
        recorder.accept()
        recorder.wait_for_route(f"{VIP}/32")
        recorder.wait_for_silence()
        daemon.stop()
        recorder.wait_for_end()
        self.assertEqual(server_document.sent()[daemon.title],
                         recorder.row(f"{VIP}/32"))

    def check_imitation(self, speaker):
        sent = transcript_of(speaker.opening(NEXT_HOP)
                             + speaker.routes(f"{VIP}/32", NEXT_HOP))
        self.assertEqual(server_document.sent()[speaker.title],
                         sent.row(f"{VIP}/32"))

    def check_silent(self, daemon_class, without):
        """Check that the daemon announces nothing without a part of its
        configuration."""
        recorder = Recorder(self.lab.host)
        self.addCleanup(recorder.close)
        daemon = daemon_class(self.lab.peers, self.lab.folder, without)
        self.addCleanup(daemon.kill)
        daemon.start()
        recorder.accept()
        recorder.wait_for_silence()
        self.assertEqual(recorder.speaker.table, {})

    def test_frr_is_silent_without_a_policy(self):
        self.check_silent(Frr, "no bgp ebgp-requires-policy")

    def test_openbgpd_is_silent_without_a_filter(self):
        self.check_silent(Openbgpd, "allow to ebgp")

    def test_bird_sends_what_the_table_says(self):
        self.check_row(Bird)

    def test_frr_sends_what_the_table_says(self):
        self.check_row(Frr)

    def test_gobgp_sends_what_the_table_says(self):
        self.check_row(Gobgp)

    def test_exabgp_sends_what_the_table_says(self):
        self.check_row(Exabgp)

    def test_openbgpd_sends_what_the_table_says(self):
        self.check_row(Openbgpd)

    def test_the_frr_of_metallb_sends_what_the_table_says(self):
        self.check_row(MetallbFrr)

    def test_kube_router_sends_what_the_table_says(self):
        self.check_row(KubeRouter)

    def test_cilium_sends_what_the_table_says(self):
        self.check_row(Cilium)

    def test_imitations_send_what_the_table_says(self):
        for speaker in (MetallbNative(), Calico()):
            with self.subTest(speaker.title):
                self.check_imitation(speaker)


if __name__ == "__main__":
    unittest.main()
