"""`/proxy-ws`: one talk that many clients share."""
