# Keeps the clock right: from the hardware clock at once, from time servers when the network is there.
. /etc/init.d/tc-functions
(
    hwclock -u -s 2>/dev/null
    mkdir -p -m 755 /run/openntpd /var/lib/openntpd/db /var/lib/openntpd/run
    if server=$(getbootparam ntp); then
        [ "$server" = off ] && exit
        sed -i "/^servers\? /d" /etc/openntpd/ntpd.conf
        echo "server $server" >> /etc/openntpd/ntpd.conf
    fi
    waitFor 60 sh -c 'ip route | grep -q ^default'
    exec ntpd -s -f /etc/openntpd/ntpd.conf -p /run/openntpd.pid
) > /dev/null 2>&1 &
