"""What several scenarios do or check: find a camera with video, age a UID, ask a crowded recorder, check
a whole stream.
"""
