# Lets in whoever holds a key that is named by the bootcode sshkey=, by QEMU (fw_cfg), by a NoCloud seed, or by the data
# disk; and takes the name of this host from the seed. tc's keys are root's as well: tc may do all that root may.
. /etc/init.d/tc-functions

letIn() {
    while read -r key; do
        [ -n "$key" ] || continue
        grep -qxF "$key" "$keys" 2> /dev/null || printf '%s\n' "$key" >> "$keys"
    done
}

home=/home/tc
keys=$home/.ssh/authorized_keys
mkdir -p -m 700 "$home/.ssh" /root/.ssh
touch "$keys"
{ getSetting sshkey; echo; } | letIn
/usr/lib/boot2podman/nocloud keys | letIn
[ -f /var/lib/boot2podman/ssh/authorized_keys ] && letIn < /var/lib/boot2podman/ssh/authorized_keys
name=$(/usr/lib/boot2podman/nocloud name)
[ -n "$name" ] && ! checkbootparam host && sethostname "$name"
chmod 600 "$keys"
chown -R 1001:50 "$home/.ssh"
cat "$keys" >> /root/.ssh/authorized_keys
chmod 700 /root/.ssh
chmod 600 /root/.ssh/authorized_keys
