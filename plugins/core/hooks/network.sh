# Brings the network up without holding up the boot: the address that the bootcode ip= gives, or DHCP on every card.
. /etc/init.d/tc-functions

# ip=ADDRESS::GATEWAY:NETMASK:HOSTNAME:DEVICE::DNS1:DNS2, as the kernel's own parameter is written.
static() {
    IFS=: read -r address _ gateway mask name device _ dns1 dns2 <<EOF
$1
EOF
    case "$address" in */*) ;; *) address=$address/$(ipcalc -p 0.0.0.0 "${mask:-255.255.255.0}" | cut -d= -f2) ;; esac
    device=${device:-$(cards | head -n 1)}
    waitFor 30 [ -e "/sys/class/net/$device" ] || { echo "There is no network card $device for ip=$1."; return 1; }
    ip link set "$device" up
    ip address replace "$address" dev "$device"
    [ -n "$gateway" ] && ip route replace default via "$gateway" dev "$device"
    for server in $dns1 $dns2; do echo "nameserver $server"; done > /etc/resolv.conf
    [ -n "$name" ] && sethostname "$name"
}

# Cards with hardware behind them: no bridges, no veth.
cards() {
    for card in /sys/class/net/*/device; do
        [ -e "$card" ] && basename "${card%/device}"
    done
}

dhcp() {
    asked=" "
    while :; do
        for card in $(cards); do
            case "$asked" in *" $card "*) continue ;; esac
            asked="$asked$card "
            ip link set "$card" up
            udhcpc -b -s /usr/share/udhcpc/default.script -i "$card" -x "hostname:$(hostname)" -O search -t 5 -T 2 -A 10 -p "/run/udhcpc.$card.pid" -S
        done
        # A card may come late, or be plugged in.
        [ -e /run/coldplugged ] && sleep 5 || usleep 200000
    done
}

modprobe -q af_packet
# What the owner chose for good is written in /etc/boot2podman/ip, as the bootcode is.
address=$(getbootparam ip || cat /etc/boot2podman/ip 2> /dev/null)
if [ -n "$address" ] && [ "$address" != dhcp ] && [ "$address" != off ]; then
    (waitFor 60 test -e /run/coldplugged; static "$address") &
elif ! checkbootparam nodhcp && [ "$address" != off ]; then
    dhcp > /dev/null 2>&1 &
fi
