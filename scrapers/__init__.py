"""What official sites say. No SQL, no clock, no document decoding."""
