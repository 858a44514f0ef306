
func main() {
	runbookMain(run)
}

// Waits for one input, calls the function, and writes what it returns into a file.
func runbookMain(function any) {
	place := runbookOS.Args[1]
	runbookOS.Args = runbookOS.Args[:1]
	text, err := runbookIO.ReadAll(runbookOS.Stdin)
	if err != nil {
		runbookFail("the input cannot be read: %v", err)
	}
	if len(text) == 0 {
		return
	}
	call := runbookReflect.ValueOf(function)
	kind := call.Type()
	if kind.NumIn() > 1 || kind.NumOut() > 2 {
		runbookFail("run is %v; it takes at most one input and returns a value, an error, or both", kind)
	}
	var arguments []runbookReflect.Value
	if kind.NumIn() == 1 {
		arguments = append(arguments, runbookInput(kind.In(0), text))
	}
	results := call.Call(arguments)
	var value any
	for _, result := range results {
		if err, failed := result.Interface().(error); failed {
			runbookFail("%v", err)
		}
		if result.Type() != runbookReflect.TypeOf((*error)(nil)).Elem() {
			value = result.Interface()
		}
	}
	encoded, err := runbookJSON.Marshal(value)
	if err != nil {
		runbookFail("run returned what JSON cannot hold: %v", err)
	}
	if err := runbookOS.WriteFile(place, encoded, 0o644); err != nil {
		runbookFail("%v", err)
	}
}

func runbookInput(kind runbookReflect.Type, text []byte) runbookReflect.Value {
	input := runbookReflect.New(kind)
	err := runbookJSON.Unmarshal(text, input.Interface())
	if err != nil && kind.Kind() == runbookReflect.String {
		// A function of text gets any other JSON as its text.
		input.Elem().SetString(string(text))
		err = nil
	}
	if err != nil {
		runbookFail("the input does not fit run's parameter: %v", err)
	}
	return input.Elem()
}

func runbookFail(format string, arguments ...any) {
	runbookFmt.Fprintf(runbookOS.Stderr, format+"\n", arguments...)
	runbookOS.Exit(1)
}
