/** Asks before something that cannot be taken back: `await confirm({…})` from anywhere. */
import { create } from "zustand";
import { Button } from "./button.tsx";
import { Dialog } from "./dialog.tsx";

export interface Question {
  title: string;
  body: string;
  action: string;
  cancel?: string;
  look?: "danger" | "primary";
}

interface ConfirmStore {
  asked: (Question & { answer: (yes: boolean) => void }) | null;
}

const useConfirm = create<ConfirmStore>(() => ({ asked: null }));

export function confirm(question: Question): Promise<boolean> {
  useConfirm.getState().asked?.answer(false);
  return new Promise((resolve) => {
    const answer = (yes: boolean) => {
      useConfirm.setState({ asked: null });
      resolve(yes);
    };
    useConfirm.setState({ asked: { ...question, answer } });
  });
}

export function ConfirmDialog() {
  const asked = useConfirm((store) => store.asked);
  if (!asked) return null;
  return (
    <Dialog
      title={asked.title}
      onClose={() => asked.answer(false)}
      footer={
        <>
          <Button onClick={() => asked.answer(false)}>{asked.cancel ?? "Cancel"}</Button>
          <Button look={asked.look ?? "danger"} onClick={() => asked.answer(true)}>
            {asked.action}
          </Button>
        </>
      }
    >
      <p>{asked.body}</p>
    </Dialog>
  );
}
