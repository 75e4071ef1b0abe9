"""The command line, one file a command or command group, imported when run. `app` tells how to add one."""
