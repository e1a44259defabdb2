# The power button switches off cleanly.
(
    . /etc/init.d/tc-functions
    waitFor 60 test -e /run/coldplugged
    exec acpid -f -l /dev/null
) > /dev/null 2>&1 &
