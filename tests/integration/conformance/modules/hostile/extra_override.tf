variable "new" {
  default = 2
}
