# swap=SIZE makes a swap file on the data disk. Without one, small machines get swap in compressed memory.
. /etc/init.d/tc-functions
(
    size=$(getbootparam swap) || size=
    [ "$size" = off ] && exit
    read -r disk < /run/data
    if [ -n "$size" ] && [ "$disk" != none ]; then
        file=/var/lib/boot2podman/swap
        bytes=$(echo "$size" | awk '{ n = $0 + 0 } /[kK]$/ { n *= 1024 } /[mM]$/ { n *= 1048576 } /[gG]$/ { n *= 1073741824 } END { printf "%d", n }')
        if [ "$(stat -c %s "$file" 2> /dev/null)" != "$bytes" ]; then
            rm -f "$file"
            fallocate -l "$bytes" "$file" && chmod 600 "$file" && mkswap "$file" || { rm -f "$file"; echo "swap=$size can't be made."; exit; }
        fi
        swapon "$file"
    elif [ "$(awk '/MemTotal/ { print $2 }' /proc/meminfo)" -lt 1048576 ]; then
        modprobe zram || exit
        echo lz4 > /sys/block/zram0/comp_algorithm
        awk '/MemTotal/ { print int($2 / 2) "K" }' /proc/meminfo > /sys/block/zram0/disksize
        [ -b /dev/zram0 ] || mdev -s
        mkswap /dev/zram0 && swapon /dev/zram0
    fi
) > /dev/null 2>> /var/log/boot.log &
