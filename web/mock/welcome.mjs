/** The three documents a new account starts with, in the spirit of those that the hub seeds. */
const fence = "```";

export const welcome = [
  {
    title: "Files and text",
    content: `# Files and text

A **file block** is written into the sandbox before anything runs.

${fence}file python words.py
from collections import Counter

def top(text, n=3):
    """The n most frequent words of a text."""
    return Counter(text.lower().split()).most_common(n)
${fence}

${fence}runnable python name=count
from words import top

for word, times in top("the cat and the dog and the bird"):
    print(f"{word:>5} {'#' * times}")
${fence}

## A failure looks like this

${fence}runnable bash name=fail
echo "looking for the file"
ls /no/such/folder
exit 3
${fence}
`,
  },
  {
    title: "Sorting, step by step",
    content: `# Sorting, step by step

Bubble sort swaps neighbours until nothing moves. Watch it work: each line arrives as it is printed.

${fence}runnable python name=bubble-sort
import time

numbers = [5, 2, 9, 1, 7, 3]
for end in range(len(numbers) - 1, 0, -1):
    for at in range(end):
        if numbers[at] > numbers[at + 1]:
            numbers[at], numbers[at + 1] = numbers[at + 1], numbers[at]
            print(" ".join(map(str, numbers)))
            time.sleep(0.15)
print("\\033[1;32msorted\\033[0m", numbers)
${fence}

| Algorithm | Best | Worst | Stable |
|---|---|---|---|
| Bubble sort | *n* | *n²* | yes |
| Merge sort | *n* log *n* | *n* log *n* | yes |
| Quicksort | *n* log *n* | *n²* | no |
`,
  },
  {
    title: "Welcome to Runbook",
    content: `---
title: Welcome to Runbook
---
# Welcome to Runbook

This document runs. Press **Run** on a block, or \`Shift+Enter\` while one has the focus, and its output appears below it as it is written.

## Say hello

${fence}runnable python name=hello
import time

for n in range(1, 6):
    print(f"Hello from Python, line {n}")
    time.sleep(0.2)
${fence}

The same in other languages, each in the *same* sandbox:

${fence}runnable node name=hello-node
console.log("Hello from Node.js", process.version);
console.error("and this line is an error message");
${fence}

${fence}runnable bash name=progress
for n in 20 40 60 80 100; do printf "\\rdownloading %3d%%" $n; sleep 0.2; done
printf "\\n\\033[32mdone\\033[0m in \\033[1m1 s\\033[0m\\n"
${fence}

## What else is here

- [x] Prose in full Markdown, with \`inline code\`, [links](https://commonmark.org) and footnotes
- [x] Output that is still there after a reload
- [ ] Your own first runbook

> Blocks run in a sandbox that is yours alone. **Disconnect** removes it.

A block that is only shown, not run:

${fence}yaml
service: web
replicas: 3
image: registry.example/web:1.4 # a comment
${fence}

## Take your time

${fence}runnable bash name=slow
for n in $(seq 1 60); do echo "tick $n"; sleep 0.5; done
${fence}
`,
  },
];
