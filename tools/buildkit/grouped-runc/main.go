// Command grouped-runc is the runtime of an engine that is not alone on its machine. An engine counts the control group that
// it is told for its steps into their cache keys, so two engines find each other's results only where they are told the same
// one; and they must not really share one, or they would share its limits. So this program puts the group that a container is
// to have below one of the engine's own, and then becomes runc. Whatever it does not understand, it refuses.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

const (
	// Absolute path of runc.
	runtimeVariable = "GROUPED_RUNC_RUNTIME"
	// Absolute path of the engine's own control group, as below the mount of the control groups.
	groupVariable = "GROUPED_RUNC_GROUP"
)

func main() {
	if err := become(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "grouped-runc:", err)
		os.Exit(1)
	}
}

// become returns only when it fails. The process stays the same, and with it what its parent told the kernel of it.
func become(arguments []string) error {
	runtime, group := os.Getenv(runtimeVariable), os.Getenv(groupVariable)
	if !filepath.IsAbs(runtime) {
		return fmt.Errorf("%s is no absolute path", runtimeVariable)
	}
	if !filepath.IsAbs(group) || filepath.Clean(group) != group || group == "/" {
		return fmt.Errorf("%s is no group of its own", groupVariable)
	}
	bundle, err := bundleOf(arguments)
	if err != nil {
		return err
	}
	if bundle != "" {
		if err := moveBelow(group, filepath.Join(bundle, "config.json")); err != nil {
			return fmt.Errorf("the container's group: %w", err)
		}
	}
	return syscall.Exec(runtime, append([]string{runtime}, arguments...), os.Environ())
}

// bundleOf returns the folder of the container that a call of runc starts, and "" for a call that starts none.
func bundleOf(arguments []string) (string, error) {
	for at := 0; at < len(arguments); at++ {
		switch argument := arguments[at]; argument {
		case "--root", "--log", "--log-format":
			at++
		case "--debug", "--rootless=true", "--rootless=false":
		case "run", "create":
			return bundleAmong(arguments[at+1:])
		case "exec", "kill", "delete", "state", "start", "ps", "list", "events", "pause", "resume", "features", "--version", "-v":
			return "", nil
		default:
			return "", fmt.Errorf("%q is not known here", argument)
		}
	}
	return "", fmt.Errorf("nothing to do")
}

func bundleAmong(arguments []string) (string, error) {
	bundle := ""
	for at, argument := range arguments {
		name, value, isOne := strings.Cut(argument, "=")
		if name != "--bundle" && name != "-b" {
			continue
		}
		if !isOne && at+1 < len(arguments) {
			value = arguments[at+1]
		}
		if bundle != "" || !filepath.IsAbs(value) {
			return "", fmt.Errorf("one bundle by its absolute path is wanted")
		}
		bundle = value
	}
	if bundle == "" {
		return "", fmt.Errorf("no bundle is named")
	}
	return bundle, nil
}

// moveBelow changes linux.cgroupsPath of a container (OCI runtime specification) and leaves every other byte as it is.
func moveBelow(group, file string) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	container, linux, told := map[string]json.RawMessage{}, map[string]json.RawMessage{}, ""
	if err := json.Unmarshal(text, &container); err != nil {
		return err
	}
	if err := json.Unmarshal(container["linux"], &linux); err != nil {
		return fmt.Errorf("linux: %w", err)
	}
	if err := json.Unmarshal(linux["cgroupsPath"], &told); err != nil {
		return fmt.Errorf("linux.cgroupsPath: %w", err)
	}
	if !filepath.IsAbs(told) || filepath.Clean(told) != told || told == "/" {
		return fmt.Errorf("linux.cgroupsPath: %q is no group", told)
	}
	if linux["cgroupsPath"], err = json.Marshal(group + told); err != nil {
		return err
	}
	if container["linux"], err = json.Marshal(linux); err != nil {
		return err
	}
	if text, err = json.Marshal(container); err != nil {
		return err
	}
	return os.WriteFile(file, text, 0o600)
}
