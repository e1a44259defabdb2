# Shared memory of the kernel that containers expect, and a folder that is theirs.
mkdir -p -m 711 /var/lib/containers/storage /run/containers
mkdir -p -m 1777 /var/tmp
modprobe -qa bridge br_netfilter veth tun fuse > /dev/null 2>&1 &
