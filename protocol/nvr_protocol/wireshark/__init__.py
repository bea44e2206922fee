"""The dissector for Wireshark and tshark: `nvr.lua` (`nvr-emulator dissector`)."""
