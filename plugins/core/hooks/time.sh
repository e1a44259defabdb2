# Keeps the clock right: from the hardware clock at once, from time servers when the network is there.
. /etc/init.d/tc-functions

# After the host slept, or a machine was stopped for a while, the hardware clock is right and ours is behind.
followClock() {
    while sleep 20; do
        read -r right < /sys/class/rtc/rtc0/since_epoch || return
        behind=$((right - $(date +%s)))
        [ "$behind" -gt 5 ] && hwclock -u -s
    done
}
(
    hwclock -u -s 2>/dev/null
    mkdir -p -m 755 /run/openntpd /var/lib/openntpd/db /var/lib/openntpd/run
    followClock &
    if server=$(getbootparam ntp); then
        [ "$server" = off ] && exit
        sed -i "/^servers\? /d" /etc/openntpd/ntpd.conf
        echo "server $server" >> /etc/openntpd/ntpd.conf
    fi
    waitFor 60 sh -c 'ip route | grep -q ^default'
    exec ntpd -s -f /etc/openntpd/ntpd.conf -p /run/openntpd.pid
) > /dev/null 2>&1 &
