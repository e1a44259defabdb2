# The folders and the user are those that its package has in Debian.
autoreconf -fi
./configure --prefix=/usr --sysconfdir=/etc/openntpd --localstatedir=/var/lib/openntpd \
  --with-privsep-user=ntpd --with-privsep-path=/var/lib/openntpd
make -j"$JOBS"
install -D src/ntpd "$OUT/usr/sbin/ntpd"
