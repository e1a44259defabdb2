# Finds the data disk, checks and mounts it, and puts what is kept where it belongs.
. /etc/init.d/tc-functions
. /usr/lib/boot2podman/disks

data=$(getbootparam data) || data=boot2podman-data
echo none > /run/data
[ "$data" = off ] && exit 0

loadDisks
[ "$(getbootparam format)" ] && formatNamed "$(getbootparam format)"
formatRequested
disk=$(findData "$data") || { tell "No disk is labelled $data: nothing is kept across boots."; exit 0; }
disk=$(opened "$disk") && mountData "$disk" || exit 1
echo "$disk" > /run/data

store=/mnt/${disk##*/}
mkdir -p -m 755 "$store/var/lib/boot2podman"
for path in /var/lib/boot2podman /var/lib/containers /home/tc $(cat "$store/var/lib/boot2podman/persist" 2> /dev/null); do
    keep "$path"
done
own=/var/lib/boot2podman
[ -d $own/etc ] && cp -a $own/etc/. /etc/
read -r name < /etc/hostname
checkbootparam host || sethostname "$name"
cat $own/ca/*.crt $own/ca/*.pem >> /etc/ssl/certs/ca-certificates.crt 2> /dev/null
[ -e $own/clean ] || : > /run/unclean
rm -f $own/clean
