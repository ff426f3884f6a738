terraform {
required_providers {
  aws = {
version = "5.100.0"
source = "aws"
}
}
backend "local" {
path = "/infrastructure/terraform.network.tfstate"
}


}

provider "aws" {
}
resource "aws_vpc" "vpc" {
}

output "cross-stack-output-aws_vpcvpcid" {
value = "${aws_vpc.vpc.id}"
sensitive = true
}

output "cross-stack-output-aws_vpcvpccidr_block" {
value = "${aws_vpc.vpc.cidr_block}"
sensitive = true
}