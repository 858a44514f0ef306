/** What Markdown from elsewhere holds beside its text: comments, and pictures that are part of it. */
import { defaultUrlTransform } from "react-markdown";

interface Node {
  type: string;
  value?: string;
  children?: Node[];
}

/** A comment is for whoever edits the text; other raw HTML is shown as it stands. */
export function hideComments() {
  return (tree: Node): void => {
    if (!tree.children) return;
    tree.children = tree.children.filter((node) => !(node.type === "html" && /^\s*(?:<!--[\s\S]*?-->\s*)+$/.test(node.value ?? "")));
    for (const child of tree.children) hideComments()(child);
  };
}

/** Pictures may be within the document: they run nothing and ask nobody. */
export function safeUrl(url: string, key: string): string {
  return key === "src" && /^data:image\/(?:png|jpeg|gif|webp|svg\+xml);base64,/i.test(url) ? url : defaultUrlTransform(url);
}
