/** What the sign-in and sign-up forms can tell without the server. The server checks again. */
export interface AccountForm {
  email: string;
  username: string;
  password: string;
}

export type AccountProblems = Partial<Record<keyof AccountForm, string>>;

/** The server's own minimum, in characters. */
const shortestPassword = 8;

export function problemsOfSignIn(form: AccountForm): AccountProblems {
  const problems: AccountProblems = {};
  if (form.email.trim() === "") problems.email = "Enter your email or username.";
  if (form.password === "") problems.password = "Enter your password.";
  return problems;
}

export function problemsOfSignUp(form: AccountForm): AccountProblems {
  const problems: AccountProblems = {};
  if (!/^\S+@\S+$/.test(form.email.trim())) problems.email = "Enter an email address, such as ada@example.com.";
  if (!/^[\w.-]{2,40}$/.test(form.username.trim())) {
    problems.username = "Use 2 to 40 letters, digits, dots, dashes or underscores.";
  }
  if (form.password.length < shortestPassword) problems.password = `Use at least ${shortestPassword} characters.`;
  return problems;
}
