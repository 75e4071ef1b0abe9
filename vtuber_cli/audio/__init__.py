"""Sound in and out: microphones, speakers, files, levels."""
