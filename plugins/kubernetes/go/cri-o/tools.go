//go:build tools

package main

import _ "github.com/cri-o/cri-o/cmd/crio"
