// podman, buildah and skopeo as one program, that goes by the name it is called by: they share most of their code.
package main

import (
	"os"
	"path/filepath"
	"strings"

	buildah "github.com/containers/buildah/cmd/buildah"
	podman "github.com/containers/podman/v5/cmd/podman"
	skopeo "github.com/containers/skopeo/cmd/skopeo"
)

func main() {
	// By its beginning: each starts itself again as NAME-in-a-user-namespace.
	switch name := filepath.Base(os.Args[0]); {
	case strings.HasPrefix(name, "buildah"):
		buildah.Main()
	case strings.HasPrefix(name, "skopeo"):
		skopeo.Main()
	default:
		// Helpers of the storage, that have names of their own, are started by this one too.
		podman.Main()
	}
}
