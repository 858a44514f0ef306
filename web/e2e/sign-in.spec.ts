import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "./hub.ts";

// A server that runs elsewhere opens no document of this machine.
test.skip(() => !process.env.RUNBOOK_BIN, "skipped: RUNBOOK_BIN is not set");

/** A forge on this machine, on whose page somebody agrees. */
class Forge {
  agreed = false;
  private readonly server: Server = createServer((request, response) => {
    response.setHeader("content-type", "application/json");
    const host = `http://${request.headers.host}`;
    response.end(JSON.stringify(this.answer(host, request.url ?? "", request.headers.authorization)));
  });

  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.server.listen(0, "127.0.0.1", resolve));
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  stop(): void {
    this.server.close();
    this.server.closeAllConnections();
  }

  private answer(host: string, path: string, authorization: string | undefined): object {
    switch (path) {
      case "/login/device/code":
        return { device_code: "device-secret", user_code: "WDJB-MJHT", interval: 1, expires_in: 3600, verification_uri: `${host}/login/device` };
      case "/login/oauth/access_token":
        return this.agreed ? { access_token: "gho_0123456789abcdef" } : { error: "authorization_pending" };
      default:
        return { login: authorization === "Bearer gho_0123456789abcdef" ? "octocat" : "nobody" };
    }
  }
}

test("somebody_signs_in_on_the_page_of_a_forge_and_only_scripts_that_name_it_know", async ({ page, local }) => {
  const forge = new Forge();
  const folder = mkdtempSync(join(tmpdir(), "runbook-e2e-"));
  const file = join(folder, "runbook.mdx");
  const host = await forge.start();
  writeFileSync(
    file,
    `<GitHubAuth id="hub" instanceUrl="${host}" oauthClientId="client" detectCredentials={false} />\n\n` +
      `<Command id="asks" gitAuthId="hub" command="echo I am $GITHUB_USER, $GITHUB_TOKEN" />\n\n` +
      `<Command id="others" command="echo there is [$GITHUB_TOKEN]" />\n`,
  );
  await page.goto(await local(file));
  const card = page.getByRole("region", { name: "GitHubAuth hub" });
  await card.getByRole("button", { name: "Sign in on a page of the provider" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Trust and run" }).click();
  await expect(card.getByText("WDJB-MJHT")).toBeVisible();
  await expect(card.getByRole("link", { name: /^Open 127\.0\.0\.1/ })).toHaveAttribute("rel", /noopener/);
  await page.reload();
  await expect(card.getByText("WDJB-MJHT")).toBeVisible();
  expect(await page.content()).not.toContain("device-secret");
  forge.agreed = true;
  await expect(card.getByText("octocat")).toBeVisible();
  for (const [id, words] of [["asks", "I am octocat, ***"], ["others", "there is []"]] as const) {
    await page.getByRole("button", { name: `Run ${id}` }).click();
    await expect(page.getByRole("region", { name: `Command ${id}` }).getByText(words).first()).toBeVisible();
  }
  expect(await page.content()).not.toContain("gho_0123456789abcdef");
  await card.getByRole("button", { name: "Sign out of hub" }).click();
  await expect(card.getByRole("button", { name: "Sign in on a page of the provider" })).toBeVisible();
  forge.stop();
  rmSync(folder, { recursive: true, force: true });
});
