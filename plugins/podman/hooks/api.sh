# inetd listens for podman, which takes memory that nobody needs who never calls; see docs/measured.md. It makes the
# socket for everybody, so the folder opens when that is mended: the staff may call, as tc may do all that root may.
(
    . /etc/init.d/tc-functions
    mkdir -p -m 700 /run/podman
    inetd /etc/inetd.conf
    waitFor 20 test -S /run/podman/podman.sock
    chown 0:50 /run/podman/podman.sock
    chmod 660 /run/podman/podman.sock
    chmod 755 /run/podman
    [ -e /var/run ] || ln -s ../run /var/run
    ln -s podman/podman.sock /run/docker.sock
) > /dev/null 2>> /var/log/boot.log &
