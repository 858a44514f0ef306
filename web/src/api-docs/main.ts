/** The page at /api/docs: Swagger UI over this server's own OpenAPI document, nothing from elsewhere. */
import SwaggerUI from "swagger-ui-dist/swagger-ui-es-bundle.js";
import "swagger-ui-dist/swagger-ui.css";
import "./page.css";

document.documentElement.classList.toggle("dark-mode", document.documentElement.dataset["theme"] === "dark");

SwaggerUI({
  url: "/api/openapi.json",
  dom_id: "#api-docs",
  deepLinking: true,
  displayRequestDuration: true,
  docExpansion: "none",
  filter: true,
  persistAuthorization: true,
  tryItOutEnabled: true,
  // Asks a service of its makers otherwise.
  validatorUrl: null,
});
