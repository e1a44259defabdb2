// The network plugins as one program, that goes by the name it is called by: most of each is the same libraries.
package main

import (
	"fmt"
	"os"
	"path/filepath"

	hostlocal "github.com/containernetworking/plugins/plugins/ipam/host-local"
	bridge "github.com/containernetworking/plugins/plugins/main/bridge"
	ipvlan "github.com/containernetworking/plugins/plugins/main/ipvlan"
	loopback "github.com/containernetworking/plugins/plugins/main/loopback"
	macvlan "github.com/containernetworking/plugins/plugins/main/macvlan"
	bandwidth "github.com/containernetworking/plugins/plugins/meta/bandwidth"
	firewall "github.com/containernetworking/plugins/plugins/meta/firewall"
	portmap "github.com/containernetworking/plugins/plugins/meta/portmap"
	tuning "github.com/containernetworking/plugins/plugins/meta/tuning"
)

var plugins = map[string]func(){
	"bandwidth":  bandwidth.Main,
	"bridge":     bridge.Main,
	"firewall":   firewall.Main,
	"host-local": hostlocal.Main,
	"ipvlan":     ipvlan.Main,
	"loopback":   loopback.Main,
	"macvlan":    macvlan.Main,
	"portmap":    portmap.Main,
	"tuning":     tuning.Main,
}

func main() {
	name := filepath.Base(os.Args[0])
	plugin, found := plugins[name]
	if !found {
		fmt.Fprintf(os.Stderr, "There is no network plugin %s in this program: call it by the name of one.\n", name)
		os.Exit(2)
	}
	plugin()
}
