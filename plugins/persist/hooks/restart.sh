# Brings up the containers that are to come up with the system, after a look at the store if the power was cut.
read -r disk < /run/data
[ "$disk" = none ] && exit 0
(
    if [ -e /run/unclean ]; then
        /usr/lib/boot2podman/repair-store > /run/check.log 2>&1
    fi
    podman start --all --filter restart-policy=always
    for id in $(ls /var/lib/boot2podman/running); do
        case "$(podman inspect --type container --format '{{.HostConfig.RestartPolicy.Name}}' "$id")" in
        unless-stopped) podman start "$id" ;;
        "") rm -f "/var/lib/boot2podman/running/$id" ;;
        esac
    done
    : > /run/restarted
) > /dev/null 2>&1 &
