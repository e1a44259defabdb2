# Loads the extensions that the bootcode tce= points to, and restores what filetool.sh kept beside them.
. /etc/init.d/tc-functions
place=$(getbootparam tce) || exit 0
device=${place%%/*}
folder=${place#"$device"}
waitFor 30 test -b "/dev/$device" || { echo "tce=$place: there is no /dev/$device."; exit 1; }
mkdir -p "/mnt/$device"
mountpoint -q "/mnt/$device" || mount "/dev/$device" "/mnt/$device" || { echo "tce=$place: /dev/$device can't be mounted."; exit 1; }
store=/mnt/$device${folder:-/tce}
mkdir -p "$store/optional"
ln -sfn "$store" /etc/sysconfig/tcedir
checkbootparam norestore || [ ! -f "$store/mydata.tgz" ] || filetool.sh -r
checkbootparam base && exit 0
[ -f "$store/onboot.lst" ] || exit 0
while read -r name; do
    [ -n "$name" ] && tce-load -is "$name"
done < "$store/onboot.lst"
