# Rscript benchmarks/peer_residual.R nlme|glmmTMB FIXED "ar 1"|unstructured reml|ml FOLDER REPEAT   prints one JSON object
a <- commandArgs(trailingOnly = TRUE)
f <- list.files(a[5], pattern = "\\.f64$", full.names = TRUE)
d <- as.data.frame(lapply(setNames(f, sub("\\.f64$", "", basename(f))), function(p) readBin(p, "double", file.size(p) / 8, endian = "little")))
d$g <- factor(d$g); fixed <- as.formula(a[2]); reml <- a[4] == "reml"
if (a[1] == "nlme") {
  method <- if (reml) "REML" else "ML"
  run <- function() {
    m <- if (a[3] == "unstructured") {
      d$v <- d$t + 1
      nlme::gls(fixed, d, nlme::corSymm(form = ~ v | g), nlme::varIdent(form = ~ 1 | v), method = method)
    } else {
      # the continuous-time form is nlme's faster one; it is the same model for a positive correlation
      nlme::lme(fixed, d, ~ 1 | g, nlme::corCAR1(form = ~ t | g), method = method)
    }
    as.numeric(logLik(m))
  }
} else {
  d$v <- factor(d$t)
  run <- function() {
    m <- if (a[3] == "unstructured") {
      glmmTMB::glmmTMB(update(fixed, . ~ . + us(v + 0 | g)), d, dispformula = ~ 0, REML = reml)
    } else {
      glmmTMB::glmmTMB(update(fixed, . ~ . + (1 | g) + ar1(v + 0 | g)), d, dispformula = ~ 0, REML = reml)
    }
    as.numeric(logLik(m))
  }
}
seconds <- c()
for (i in seq_len(as.integer(a[6]))) {
  start <- proc.time()[["elapsed"]]
  ll <- run()
  seconds <- c(seconds, proc.time()[["elapsed"]] - start)
  if (sum(seconds) > 60) break
}
peak <- as.numeric(sub("\\D*(\\d+).*", "\\1", grep("VmHWM", readLines("/proc/self/status"), value = TRUE))) / 1024
cat(sprintf('{"seconds": [%s], "ll": %.8f, "before_mb": null, "peak_mb": %.1f}\n', paste(seconds, collapse = ", "), ll, peak))
