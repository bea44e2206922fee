"""RTP packets and what they carry: H.264, H.265, audio; NAL units and their fragments (§2.3)."""
