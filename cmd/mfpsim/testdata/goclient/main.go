// A client that knows nothing of a bench.
package main

import (
	"fmt"
	"net/http"
	"os"
)

func main() {
	response, err := http.Get(os.Args[1]) //nolint:noctx // it ends with the program
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	fmt.Println(response.Status)
}
