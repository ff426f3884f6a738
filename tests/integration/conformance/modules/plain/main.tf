output "folder" {
  value = basename(path.module)
}
