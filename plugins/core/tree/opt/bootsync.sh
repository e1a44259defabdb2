#!/bin/sh
# Runs at every boot before the consoles open. Keep it by adding opt to /opt/.filetool.lst, see filetool.sh.
/opt/bootlocal.sh &
