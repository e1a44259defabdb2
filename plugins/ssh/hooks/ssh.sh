# Host keys are made once; on a data disk they stay the same from boot to boot.
. /etc/init.d/tc-functions
checkbootparam nossh && exit 0
(
    store=/var/lib/boot2podman/ssh
    mkdir -p -m 755 "$store" /run/sshd
    for type in ed25519 ecdsa; do
        key=$store/ssh_host_${type}_key
        # A key that was cut short by a power cut is made anew; the last step is a rename.
        ssh-keygen -y -f "$key" > /dev/null 2>&1 && continue
        rm -f "$key.new" "$key.new.pub"
        ssh-keygen -q -t "$type" -N "" -C "$(hostname)" -f "$key.new" &&
            mv "$key.new.pub" "$key.pub" && mv "$key.new" "$key"
    done
    # Commands by ssh get no login shell, and so no /etc/profile.
    [ -f /etc/profile.d/proxy.sh ] &&
        echo "SetEnv $(sed -n 's/^export //p' /etc/profile.d/proxy.sh | tr -d "'" | tr '\n' ' ')" > /run/sshd.conf
    exec /usr/sbin/sshd
) > /dev/null 2>> /var/log/boot.log &
