// Command spdx reads an SPDX document in JSON from standard input as consumers do, with the library that the SPDX
// project publishes, and says what is wrong with it.
package main

import (
	"fmt"
	"os"

	"github.com/spdx/tools-golang/json"
	"github.com/spdx/tools-golang/spdx"
	"github.com/spdx/tools-golang/spdx/v2/common"
	"github.com/spdx/tools-golang/spdxlib"
	"github.com/spdx/tools-golang/utils"
)

func main() {
	if err := check(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func check() error {
	document, err := json.Read(os.Stdin)
	if err != nil {
		return err
	}
	if err := spdxlib.ValidateDocument(document); err != nil {
		return err
	}
	files := map[common.ElementID]*spdx.File{}
	for _, file := range document.Files {
		files[file.FileSPDXIdentifier] = file
	}
	contained := map[common.ElementID][]*spdx.File{}
	for _, relation := range document.Relationships {
		file, owner := files[relation.RefB.ElementRefID], relation.RefA.ElementRefID
		if relation.Relationship == common.TypeRelationshipContains && file != nil {
			contained[owner] = append(contained[owner], file)
			delete(files, relation.RefB.ElementRefID)
		}
	}
	if len(files) > 0 {
		return fmt.Errorf("%d files are contained in nothing", len(files))
	}
	for _, item := range document.Packages {
		if !item.FilesAnalyzed {
			continue
		}
		code, err := utils.GetVerificationCode(contained[item.PackageSPDXIdentifier], "")
		if err != nil {
			return err
		}
		if item.PackageVerificationCode == nil || code.Value != item.PackageVerificationCode.Value {
			return fmt.Errorf("the verification code of %s is not that of its files", item.PackageName)
		}
	}
	fmt.Printf("%d packages, %d files\n", len(document.Packages), len(document.Files))
	return nil
}
