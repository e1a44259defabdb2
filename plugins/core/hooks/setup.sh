# What the bootcodes say of this host: name, time zone, log level.
. /etc/init.d/tc-functions
name=$(getbootparam host) || read -r name < /etc/hostname
hostname "$name"
echo "$name" > /etc/hostname
echo "127.0.1.1 $name" >> /etc/hosts
if zone=$(getbootparam tz); then
    mkdir -p /etc/sysconfig
    echo "export TZ='$zone'" > /etc/sysconfig/timezone
    [ -f "/usr/share/zoneinfo/$zone" ] && ln -sf "/usr/share/zoneinfo/$zone" /etc/localtime
fi
if proxy=$(getSetting proxy); then
    without=$(getSetting noproxy) || without=localhost,127.0.0.1
    mkdir -p /etc/profile.d
    for name in http_proxy https_proxy HTTP_PROXY HTTPS_PROXY; do echo "export $name='$proxy'"; done > /etc/profile.d/proxy.sh
    for name in no_proxy NO_PROXY; do echo "export $name='$without'"; done >> /etc/profile.d/proxy.sh
fi
getSetting ca >> /etc/ssl/certs/ca-certificates.crt
# As in Tiny Core, the staff may change what lies in /opt.
chown -R 0:50 /opt
chmod -R g+w /opt
mkdir -p /etc/sysconfig /tmp/tce/optional
chown -R 1001:50 /tmp/tce
ln -sfn /tmp/tce /etc/sysconfig/tcedir
ip link set lo up
sysctl -qp /etc/sysctl.conf
# Unprivileged kernel messages would scribble over the console.
dmesg -n "$(getbootparam loglevel || echo 3)"
