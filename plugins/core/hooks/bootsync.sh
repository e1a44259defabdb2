# What the user put into /opt/bootsync.sh (which starts /opt/bootlocal.sh).
[ -x /opt/bootsync.sh ] && /opt/bootsync.sh
exit 0
